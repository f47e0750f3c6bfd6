"""What time alone brings about: deadlines pass, closed intakes end what is open, free seats are offered on."""

from services.enrolment import deadlines
from services.enrolment.store import Store


async def sweep(store: Store) -> None:
    """Do what was due before today. Doing it twice, or at once elsewhere, changes nothing."""
    await deadlines.sweep(store, store.clock.today())
