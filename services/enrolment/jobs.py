"""What time alone brings about: offers expire, closed intakes end what is open, free seats are offered on."""

from uuid import UUID

import structlog

from services.enrolment.domain.intake import Intake
from services.enrolment.domain.seats import let_pass, promote_by_itself
from services.enrolment.store import Store
from shared.persistence.mongo import is_away

log = structlog.get_logger()


async def sweep(store: Store) -> None:
    """Look at every intake that today may change, whatever becomes of another. Doing it twice changes nothing."""
    today = store.clock.today()
    for intake_id in await store.intakes_to_sweep(today):
        try:
            await store.intakes.decide(intake_id, "service", let_pass, today=today)
            await promote(store, intake_id)
        except Exception as error:
            if is_away(error):
                raise
            log.error("sweep.intake_failed", intake=str(intake_id), error=type(error).__name__, exc_info=True)


async def promote(store: Store, intake_id: UUID) -> Intake:
    """After a seat may have been given back: an automatic intake offers it to the first who waits."""
    return await store.intakes.decide(intake_id, "service", promote_by_itself, on=store.clock.today())
