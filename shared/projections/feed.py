"""Rows and their reader, batch by batch: rows first, offsets after, so that a crash repeats and never skips."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

from shared.messaging.spans import folding
from shared.projections.source import BATCH, Positions, Reader, Source
from shared.projections.tables import Rows
from shared.projections.taking_in import take_in


class Feed:
    """`positions`: what comes before them is in the rows, or parked beside them."""

    def __init__(self, rows: Rows, reader: Reader, positions: Positions, at_once: int, *, traced: bool) -> None:
        self.reader = reader
        self.positions = positions
        self._rows = rows
        self._at_once = at_once
        self._traced = traced

    @property
    def number(self) -> int:
        return self._rows.number

    async def step(self, wait: float, before: Positions | None = None) -> bool:
        """Take a batch in, of nothing at `before` or past it. False when nothing has come for `wait` seconds."""
        records = await self.reader.batch(wait, before)
        for first in range(0, len(records), self._at_once):
            some = records[first : first + self._at_once]
            with folding(some) if self._traced else nullcontext():
                await take_in(self._rows, some)
        self.positions = await self.reader.positions()
        return bool(records)

    def has_reached(self, positions: Positions) -> bool:
        """Whether everything before these positions is in its rows. Positions are offsets: they may jump over some."""
        return all(self.positions[name] >= offset for name, offset in positions.items())

    def begin_where_past(self, ends: Positions) -> None:
        """Begin again in the partitions of which more was read than there is: they were made again."""
        past = {name: 0 for name, offset in self.positions.items() if offset > ends[name]}
        self.reader.seek(past)
        self.positions = {**self.positions, **past}


@asynccontextmanager
async def feeding(
    source: Source, rows: Rows, following: Positions, *, at_once: int = BATCH, rebuilding: bool = False
) -> AsyncIterator[Feed]:
    """Rows, fed from where they were left, so many messages at once. A rebuild adds nothing to traces that ended long ago."""
    async with source.read(following, rebuilding=rebuilding) as reader:
        yield Feed(rows, reader, await reader.positions(), at_once, traced=not rebuilding)
