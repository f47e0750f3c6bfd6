"""What time alone brings about: deadlines pass, closed intakes end what is open, free seats are offered on."""

from services.enrolment.store import Store
from services.enrolment.use_cases import deadlines


async def sweep(store: Store) -> None:
    """Do what was due before today. Doing it twice, or at once elsewhere, changes nothing."""
    await deadlines.sweep(store, store.clock.today())
