"""What production hears: who is a pupil, where, and from when to when."""

from collections.abc import Mapping

from services.production.domain.pupils import PRESENCE
from services.production.store import Store
from shared.events import Event
from shared.events.message import Message
from shared.events.students import StudentEvent
from shared.messaging.dispatcher import Handler


async def pupil_moved(store: Store, event: StudentEvent, message: Message) -> None:
    """Enrolled, came or not, left, came back, moved on."""
    await store.pupils.hear(event, message)


HANDLERS: Mapping[type[Event], Handler] = dict.fromkeys(PRESENCE, pupil_moved)
