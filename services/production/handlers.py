"""What production subscribes to: who is a pupil, where, from when to when; who is erased; schools and programmes by name."""

from typing import get_args

from services.production.domain.told import PupilEvent
from services.production.store import Store
from shared.events.message import Message
from shared.events.persons import PersonErased
from shared.events.schools import SchoolTold
from shared.messaging.handlers import Handlers

HANDLERS = Handlers[Store]()


@HANDLERS.on(*get_args(PupilEvent))
async def follow_pupil(store: Store, _event: PupilEvent, cause: Message) -> None:
    """Enrolled, came or not, left, came back, moved on."""
    await store.pupils.follow(cause)


@HANDLERS.on(PersonErased)
async def erased(store: Store, event: PersonErased, _cause: Message) -> None:
    """Their enrolments are kept no more, with the month of their birth; their hours are of nobody from now on."""
    await store.pupils.forget(event.young_id)


@HANDLERS.on(*get_args(SchoolTold))
async def follow_catalogue(store: Store, _event: SchoolTold, cause: Message) -> None:
    """A school or a programme under its latest name."""
    await store.catalogue.follow(cause)
