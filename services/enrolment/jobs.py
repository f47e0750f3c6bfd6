"""What time alone brings about: offers expire, closed intakes end what is open, free seats are offered on."""

import structlog

from services.enrolment.domain.intake import promote_automatically
from services.enrolment.domain.places import expire_overdue
from services.enrolment.store import Store
from shared.kernel.caller import SYSTEM
from shared.persistence.failures import is_transient

log = structlog.get_logger()


async def sweep(store: Store) -> None:
    """Look at every intake that today may change, whatever becomes of another. Doing it twice changes nothing."""
    today, intakes = store.clock.today(), store.intakes.acting(SYSTEM)
    for intake_id in await store.intakes_to_sweep(today):
        try:
            await intakes.decide(intake_id, expire_overdue, today=today)  # the seats of these go on in the same write
            await intakes.decide(intake_id, promote_automatically, today)
        except Exception as error:
            if is_transient(error):
                raise
            log.error("sweep.intake_failed", intake=str(intake_id), error=type(error).__name__, exc_info=True)
