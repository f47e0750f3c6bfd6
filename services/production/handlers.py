"""What production subscribes to: who is a pupil, where, and from when to when; and the names of schools and programmes."""

from typing import get_args

from services.production.domain.told import PupilEvent
from services.production.store import Store
from shared.events.message import Message
from shared.events.schools import SchoolTold
from shared.messaging.handlers import Handlers

HANDLERS = Handlers[Store]()


@HANDLERS.on(*get_args(PupilEvent))
async def follow_pupil(store: Store, _event: PupilEvent, cause: Message) -> None:
    """Enrolled, came or not, left, came back, moved on."""
    await store.pupils.follow(cause)


@HANDLERS.on(*get_args(SchoolTold))
async def follow_catalogue(store: Store, _event: SchoolTold, cause: Message) -> None:
    """A school or a programme under its latest name."""
    await store.catalogue.follow(cause)
