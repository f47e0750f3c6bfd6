"""What production hears: who is a pupil, where, and from when to when."""

from services.production.domain.pupils import PRESENCE
from services.production.store import Store
from shared.events.message import Message
from shared.events.students import StudentEvent
from shared.messaging.handlers import Handlers

HANDLERS = Handlers[Store]()


@HANDLERS.on(*PRESENCE)
async def pupil_moved(store: Store, event: StudentEvent, message: Message) -> None:
    """Enrolled, came or not, left, came back, moved on."""
    await store.pupils.hear(message)
