"""What enrolment tells each school of its own young people, on the school's topic: copied from what it hears of itself."""

from datetime import date
from typing import Any
from uuid import UUID

from services.enrolment.domain import outbound
from services.enrolment.domain.outbound import outbound_id, revision_of
from services.enrolment.store import Store
from shared.events import Event
from shared.events.message import Message
from shared.kernel.caller import SYSTEM
from shared.kernel.secrets import derived
from shared.messaging.handlers import Handler


def revision(store: Store, document: str, sequence: int) -> int:
    """A document's revision as schools are told it (`revision_of`)."""
    return revision_of(document, sequence, derived(store.persistence.secret, "revisions"))


async def tell_school(store: Store, event: Any, cause: Message) -> None:
    """Tell the school that an event of TO_SCHOOLS names, once. Of the erased, nothing."""
    young_id, school = event.young_id, event.school
    if await store.erased.has(young_id):
        await store.settle()
        return
    told = store.outbound.acting(SYSTEM, cause=cause)
    place = revision(store, cause.source, cause.sequence)
    await told.create(outbound_id(school, young_id), outbound.tell, event=event, document=cause.source, revision=place)
    if await store.erased.has(young_id):  # since it was asked
        await forget(store, young_id, on=store.clock.today())


async def forget(store: Store, young_id: UUID, *, on: date) -> None:
    """Have each school that was told of a person know that they are erased, and nothing kept of what it was told."""
    told = store.outbound.acting(SYSTEM)
    for one in await told.find({"state.young_id": str(young_id)}):
        await told.decide(outbound_id(one.school, young_id), outbound.forget, on=on)


def telling_school(handler: Handler[Store, Any] | None) -> Handler[Store, Any]:
    """A handler that first tells the school: what follows from an event may fail, and it has happened all the same."""

    async def handle(store: Store, event: Event, cause: Message) -> None:
        await tell_school(store, event, cause)
        if handler:
            await handler(store, event, cause)

    return handle
