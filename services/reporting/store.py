"""Reporting's rows, and the projector that keeps them."""

from services.reporting.projections import PROJECTIONS
from services.reporting.readings import Readings
from services.reporting.settings import Settings
from shared.messaging.parking import Parking
from shared.persistence.transaction import Persistence
from shared.projections.projector import Projector


class Store:
    """What reporting reads, and what writes it."""

    def __init__(self, persistence: Persistence, settings: Settings) -> None:
        self.clock = persistence.clock
        self.projector = Projector(
            persistence, Parking(persistence), PROJECTIONS,
            bootstrap=settings.kafka, group="reporting", holder=f"reporting-{settings.instance}",
        )  # fmt: skip
        self.readings = Readings(persistence.database, persistence.clock, self.projector.changes)

    async def prepare(self) -> None:
        """Rows are read whole or by their id: no index but that one."""
