"""A generation of rows and its reader, batch by batch: rows first, offsets after, so that a crash repeats and never skips."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared.projections.source import Positions, Reader, Source
from shared.projections.tables import Generation
from shared.projections.taking_in import take_in


class Feed:
    """`positions`: what comes before them is in the rows, or parked beside them."""

    def __init__(self, generation: Generation, reader: Reader, positions: Positions) -> None:
        self.generation = generation
        self.reader = reader
        self.positions = positions

    @property
    def number(self) -> int:
        return self.generation.number

    async def step(self, wait: float) -> bool:
        """Take a batch in. False when nothing has come for `wait` seconds."""
        records = await self.reader.batch(wait)
        if records:
            await take_in(self.generation, records)
        self.positions = await self.reader.positions()
        return bool(records)

    def has_reached(self, positions: Positions) -> bool:
        """Whether everything before these positions is in its rows."""
        return all(self.positions[name] >= offset for name, offset in positions.items())


@asynccontextmanager
async def feeding(
    source: Source, generation: Generation, following: Positions, *, rebuilding: bool = False
) -> AsyncIterator[Feed]:
    """A generation, fed from where it was left."""
    async with source.read(following, rebuilding=rebuilding) as reader:
        yield Feed(generation, reader, await reader.positions())
