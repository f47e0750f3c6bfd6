"""What enrolment tells, heard: every step of a young person's journey, and the answers that it completes."""

from collections.abc import Mapping

from services.referral.domain.journey import STANDINGS, YEARS
from services.referral.store import Store
from shared.events import Event, WishesAnswered
from shared.events.applications import Application
from shared.events.message import Message
from shared.events.students import Student
from shared.messaging.dispatcher import Handler


async def follow(store: Store, event: WishesAnswered | Application | Student, message: Message) -> None:
    """Follow a young person one step further."""
    await store.follow(message, event.young_id)


HANDLERS: Mapping[type[Event], Handler] = dict.fromkeys((WishesAnswered, *STANDINGS, *YEARS), follow)
