"""Where journeys are kept: one row per young person, followed message by message."""

from collections.abc import Iterable, Mapping
from typing import get_args
from uuid import UUID

from services.referral.domain.journey import Journey, JourneyEvent, fold
from shared.events.message import Message
from shared.persistence.mongo import Collection
from shared.projections.live import LiveProjection
from shared.projections.states import StateProjection

journeys = StateProjection(
    "journeys", Journey, key=lambda event: event.young_id, new=lambda event: Journey(young_id=event.young_id)
)
journeys.on(*get_args(JourneyEvent))(fold)


class Journeys:
    """What enrolment told, by `young_id`."""

    def __init__(self, collection: Collection) -> None:
        self.rows = collection
        self._live = LiveProjection(journeys, collection)

    async def of(self, young_id: UUID) -> Journey:
        """The journey of one young person; an empty one when nothing was heard yet."""
        return (await self.of_each([young_id]))[young_id]

    async def of_each(self, young_ids: Iterable[UUID]) -> Mapping[UUID, Journey]:
        """The journey of each."""
        wanted = set(young_ids)
        rows = await self._live.collection.majority().find({"_id": {"$in": [str(id) for id in wanted]}}, fields={"state": 1})
        found = [journeys.state_of(row) for row in rows]
        return {id: Journey(young_id=id) for id in wanted} | {journey.young_id: journey for journey in found}

    async def with_version(self, young_id: UUID) -> tuple[Journey, int]:
        """The journey of one young person and its version, which rises with each message; 0 when nothing was heard yet."""
        row = await self._live.collection.majority().find_one({"_id": str(young_id)})
        return (journeys.state_of(row), row["version"]) if row else (Journey(young_id=young_id), 0)

    async def follow(self, message: Message) -> tuple[Journey, int]:
        """Fold a message in, once, and answer with the journey and its version, which rises with each message."""
        [row] = await self._live.apply(message)
        return journeys.state_of(row), row["version"]
