"""What enrolment tells, heard: every step of a young person's journey, and the answers that it completes."""

from services.referral.domain.journey import STANDINGS, YEARS
from services.referral.store import Store
from shared.events import WishesAnswered
from shared.events.applications import ApplicationEvent
from shared.events.message import Message
from shared.events.students import StudentEvent
from shared.messaging.handlers import Handlers

Followed = WishesAnswered | ApplicationEvent | StudentEvent
FOLLOWED: tuple[type[Followed], ...] = (WishesAnswered, *STANDINGS, *YEARS)
HANDLERS = Handlers[Store]()


@HANDLERS.on(*FOLLOWED)
async def follow(store: Store, event: Followed, message: Message) -> None:
    """Follow a young person one step further."""
    await store.follow(message, event.young_id)
