"""What enrolment tells, heard: every step of a young person's journey, and the answers that it completes."""

from collections.abc import Mapping

from services.referral.domain.journey import STANDINGS, YEARS
from services.referral.store import Store
from shared.events import Event, WishesAnswered
from shared.events.applications import ApplicationEvent
from shared.events.message import Message
from shared.events.students import StudentEvent
from shared.messaging.dispatcher import Handler


async def follow(store: Store, event: WishesAnswered | ApplicationEvent | StudentEvent, message: Message) -> None:
    """Follow a young person one step further."""
    await store.follow(message, event.young_id)


HANDLERS: Mapping[type[Event], Handler] = dict.fromkeys((WishesAnswered, *STANDINGS, *YEARS), follow)
