"""Reporting's rows, and the projector that keeps them."""

from services.reporting.projections import PROJECTIONS
from services.reporting.readings import Readings
from services.reporting.settings import Settings
from shared.messaging.kafka import brokers_of
from shared.persistence.lease import Lease
from shared.persistence.transaction import Persistence
from shared.projections.group import kafka_group
from shared.projections.projector import Projector
from shared.projections.source import kafka_source
from shared.projections.tables import Generations


class Store:
    """What reporting reads, and what writes it."""

    def __init__(self, persistence: Persistence, settings: Settings) -> None:
        self.clock = persistence.clock
        topics = sorted({event.topic for projection in PROJECTIONS for event in projection.events})
        brokers = brokers_of(settings)
        source = kafka_source(topics, brokers)
        self.projector = Projector(
            Generations(persistence, PROJECTIONS),
            Lease(persistence.database, "projector", f"reporting-{settings.instance}"),
            source, kafka_group("reporting", source, brokers), max_backoff=settings.max_backoff,
            rows_in_memory=settings.rebuild_rows,
        )  # fmt: skip
        self.readings = Readings(self.projector.generations, persistence.clock)

    async def prepare(self) -> None:
        """Rows are read whole or by their id: no index but that one."""
        await self.projector.generations.prepare()
