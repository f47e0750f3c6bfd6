"""What time alone brings about: offers expire, closed intakes end what is open, free seats are offered on."""

from uuid import UUID

from services.enrolment.domain.intake import Intake
from services.enrolment.domain.seats import let_pass, promote_by_itself
from services.enrolment.store import Store


async def sweep(store: Store) -> None:
    """Look at every intake that today may change. Doing it twice changes nothing."""
    today = store.clock.today()
    for intake in await store.intakes_to_sweep(today):
        await store.intakes.decide(intake.intake_id, "service", let_pass, today=today)
        await promote(store, intake.intake_id)


async def promote(store: Store, intake_id: UUID) -> Intake:
    """After a seat may have been given back: an automatic intake offers it to the first who waits."""
    return await store.intakes.decide(intake_id, "service", promote_by_itself, on=store.clock.today())
