"""The catalogue as a service keeps it that is told of it: schools and what they teach, one row a school."""

from collections.abc import Iterable, Mapping
from typing import Any, get_args

from shared.events.message import Message
from shared.events.schools import ListedSchool, SchoolTold, listed
from shared.kernel.clock import Clock
from shared.persistence.mongo import Database
from shared.projections.live import LiveProjection
from shared.projections.states import StateProjection

catalogue = StateProjection(
    "catalogue", ListedSchool, key=lambda event: event.school, new=lambda event: ListedSchool(school=event.school)
)
catalogue.on(*get_args(SchoolTold))(listed)


class Catalogue:
    """Schools by id, with the titles in force today; changed only by events."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._clock = clock
        self._live = LiveProjection(catalogue, database[catalogue.name])

    async def follow(self, message: Message) -> None:
        """Take in what enrolment tells of a school."""
        await self._live.apply(message)

    async def every_school(self) -> list[ListedSchool]:
        """All that were heard of, by id."""
        return await self._find({})

    async def schools(self, ids: Iterable[str]) -> list[ListedSchool]:
        """Those of these that were heard of."""
        return await self._find({"_id": {"$in": sorted(set(ids))}})

    async def _find(self, where: Mapping[str, Any]) -> list[ListedSchool]:
        rows = await self._live.collection.majority().find(where, sort=["_id"])
        shown = {"shown_on": self._clock.today()}
        return [catalogue.state_of(row).model_copy(update=shown) for row in rows]
