"""What earlier builds of production kept otherwise, step by step. A step that was released never changes; another follows it."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.production.domain.told import PupilRow
from shared.kernel.clock import Clock
from shared.persistence.migrations import Step, restated
from shared.persistence.mongo import Collection
from shared.persistence.sealing import Sealed
from shared.persistence.writes import Row

UNDATED: Mapping[str, Any] = {"kept_since": {"$exists": False}}
STATE_ALONE: Mapping[str, Any] = {"state.told.0": {"$exists": False}, "state.programme": {"$ne": None}}
"""Pupils of a build that kept what they were last, and not what was told."""


def steps(clients: Sealed, titles: Sealed, clock: Clock, *, pupils: Collection) -> Sequence[Step]:
    """In the order in which they are done."""

    async def date_client(row: Row) -> None:
        await clients.rows.update({"_id": row["_id"], **UNDATED}, {"$set": {"kept_since": clock.today().isoformat()}})

    return [
        Step("001 clients kept since a day", clients.rows, UNDATED, date_client),
        Step("002 clients sealed", clients.rows, clients.in_clear, clients.close_earlier),
        Step("003 titles sealed", titles.rows, titles.in_clear, titles.close_earlier),
        restated("004 pupils as told", pupils, STATE_ALONE, _as_told),
    ]


def _as_told(state: Any) -> PupilRow:
    row = PupilRow.model_validate(state)
    return row.model_copy(update={"told": row.facts})
