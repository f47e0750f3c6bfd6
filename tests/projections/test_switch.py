"""When other rows are read instead: once they hold all that these do, told by readers that say exactly what has come."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from aiokafka import TopicPartition

from deploy.local.servers import Servers
from shared.events.message import ConsumerRecord, Message
from shared.kernel.retry import stop
from shared.persistence.transaction import Persistence
from shared.projections.source import Positions
from tests.projections.builders import messages_of
from tests.projections.drivers import a_projector, rebuilt, row_of, running

NAME = "etabli.production/0"
FIRST, SECOND = messages_of(UUID(int=1)), messages_of(UUID(int=2))


class Scripted:
    """A reader of one partition to which these batches come, one at each call, then nothing more.

    `ends`: what it says of the partition's end, one at each call, then the last one again and again.
    """

    def __init__(self, batches: Sequence[Sequence[Message]], *, ends: Sequence[int]) -> None:
        self._batches = list(batches)
        self._at = 0
        self._ends = list(ends)

    async def batch(self, _wait: float, before: Positions | None = None) -> Sequence[ConsumerRecord]:
        come = self._batches and (before is None or self._at + len(self._batches[0]) <= before[NAME])
        messages = self._batches.pop(0) if come else ()
        first, self._at = self._at, self._at + len(messages)
        return [
            ConsumerRecord("etabli.production", 0, first + rank, message.key.encode(), message.data, message.headers())
            for rank, message in enumerate(messages)
        ]

    async def positions(self) -> Positions:
        return {NAME: self._at}

    async def starts(self) -> Positions:
        return {NAME: 0}

    async def ends(self) -> Positions:
        return {NAME: self._ends.pop(0) if len(self._ends) > 1 else self._ends[0]}

    def seek(self, positions: Positions) -> None:
        assert not positions


class ScriptedSource:
    """Gives these readers, one after the other; the last one again and again."""

    def __init__(self, *readers: Scripted) -> None:
        self.partitions = {NAME: TopicPartition("etabli.production", 0)}
        self._readers = list(readers)

    @asynccontextmanager
    async def read(self, _following: Positions, *, rebuilding: bool = False) -> AsyncIterator[Scripted]:
        yield self._readers.pop(0) if len(self._readers) > 1 else self._readers[0]


async def test_rows_are_replaced_only_by_rows_that_hold_all_that_they_do(persistence: Persistence, servers: Servers) -> None:
    read = Scripted([[*FIRST, *SECOND]], ends=[8])  # the second order comes after the end was noted that others are built up to
    built = Scripted([FIRST, SECOND], ends=[4, 8])
    source = ScriptedSource(read, built, Scripted([], ends=[8]))
    projector = a_projector(persistence, servers, source=source)
    await projector.generations.prepare()
    await projector.generations.begin()
    async with running(projector):
        assert (await rebuilt(projector)).following[2] == {NAME: 8}
        await row_of(projector, UUID(int=2))


class Swallowing(Scripted):
    """A reader that swallows a cancellation, as a library may."""

    def __init__(self) -> None:
        super().__init__([], ends=[0])
        self.waiting = asyncio.Event()
        self._swallowed = False

    async def batch(self, wait: float, _before: Positions | None = None) -> Sequence[ConsumerRecord]:
        self.waiting.set()
        try:
            await asyncio.sleep(1000 if not self._swallowed else wait)
        except asyncio.CancelledError:
            if self._swallowed:
                raise
            self._swallowed = True
        return ()


async def test_a_projector_ends_though_its_reader_swallows_a_cancellation(persistence: Persistence, servers: Servers) -> None:
    reader = Swallowing()
    projector = a_projector(persistence, servers, source=ScriptedSource(reader))
    await projector.generations.prepare()
    task = asyncio.create_task(projector.run())
    async with asyncio.timeout(60):
        await reader.waiting.wait()
    assert await stop(task, grace=6)
