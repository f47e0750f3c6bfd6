"""Rows that are being built, folded in memory and each written once per fill of a budget."""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from collections.abc import Collection as Ids

from shared.events import Event
from shared.events.message import Message
from shared.projections.read_model import Change, Stored
from shared.projections.rows import folded, replace
from shared.projections.tables import Generation, ToTables, by_row

AT_ONCE = 10_000
"""Rows in one bulk: the lease is renewed between two."""


class Filling:
    """A generation, and its rows that are not written yet.

    `budget`: how many rows are held before they are written, whatever their size. With none, nothing is held: each batch is
    written as it comes, and what cannot be is parked by itself.
    """

    is_read = False

    def __init__(self, generation: Generation, budget: int) -> None:
        self.number = generation.number
        self.parking = generation.parking
        self._generation = generation
        self._budget = budget
        self._rows: dict[str, dict[str, Stored]] = defaultdict(dict)
        self._written: dict[str, bool] = {}

    @property
    def full(self) -> bool:
        """Whether it is time to write."""
        return sum(map(len, self._rows.values())) >= self._budget

    def changes(self, event: Event, message: Message) -> ToTables:
        """What a message does to every table."""
        return self._generation.changes(event, message)

    async def fold(self, changes: ToTables) -> None:
        """Fold these into their rows. What was folded already changes nothing."""
        if self._budget:
            for table, of_table in by_row(changes).items():
                await self._fold(table, of_table)
        else:
            await self._generation.fold(changes)

    async def write(self) -> AsyncIterator[None]:
        """Write each row that is held, a bulk at each step. Raises Unavailable (`busy`) where another wrote one meanwhile."""
        for table, rows in self._rows.items():
            held = list(rows.values())
            for first in range(0, len(held), AT_ONCE):
                await replace(self._generation[table].patient(), held[first : first + AT_ONCE])
                self._written[table] = True
                yield
        self._rows.clear()

    async def _fold(self, table: str, changes: Mapping[str, Sequence[Change]]) -> None:
        held = self._rows[table]
        found = await self._find(table, changes.keys() - held.keys())
        for id, of_row in changes.items():
            before = held.get(id) or found.get(id)
            row = folded(before, of_row)
            if row is not before:
                held[id] = row

    async def _find(self, table: str, ids: Ids[str]) -> Mapping[str, Stored]:
        """These rows as they were written; nobody is asked as long as none was."""
        rows = self._generation[table].patient()
        if table not in self._written:
            self._written[table] = await rows.find_one(fields={"_id": 1}) is not None
        if not ids or not self._written[table]:
            return {}
        return {row["_id"]: row for row in await rows.find({"_id": {"$in": list(ids)}})}
