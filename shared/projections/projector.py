"""The batch driver: one active projector, by a lease, folds topics into rows and, when asked, rebuilds them beside."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

import structlog

from shared.kernel.errors import Unavailable
from shared.kernel.retry import Outage, stop, until_answered
from shared.messaging.kafka import TRANSIENT as KAFKA_TRANSIENT
from shared.messaging.parked import Beside, Parked
from shared.persistence.failures import is_transient
from shared.persistence.lease import Lease
from shared.projections.feed import Feed, feeding
from shared.projections.group import GroupOffsets
from shared.projections.notifier import Changes
from shared.projections.source import Positions, Source
from shared.projections.tables import Generations, Superseded
from shared.projections.unparking import unparking

log = structlog.get_logger()
A_SECOND = 1.0
IDLE = 0.25
"""Seconds that a batch is waited for."""


class Projector:
    """Keeps a service's rows. Every replica has one: those without the lease serve reads, and may ask for a rebuild."""

    def __init__(
        self, generations: Generations, lease: Lease, source: Source, group: GroupOffsets, *, max_backoff: float = 5.0
    ) -> None:
        self.generations = generations
        self.changes = Changes()
        self._lease = lease
        self._source = source
        self._group = group
        self._max_backoff = max_backoff

    async def run(self) -> None:
        """Project while this replica holds the lease, and notify changes, until cancelled. Whatever goes away is waited for."""
        works = (self._watch, Outage(log, "projector.watch")), (self._project_until_superseded, Outage(log, "projector.server"))
        tasks = [asyncio.create_task(self._for_ever(work, outage)) for work, outage in works]
        try:
            await asyncio.gather(*tasks)  # cancelled again, it cancels them again: a library may have swallowed the first time
        finally:
            await stop(*tasks, grace=self._max_backoff)

    def parked(self, service: str) -> Parked:
        """What is parked beside the rows that are read now, which any replica may replay at any time, and beside those built.

        A rebuild folds or parks each message for itself: what it set aside is replayed once its rows are read.
        """
        return Parked(service, self._unparking, changed=self._notify)

    async def _unparking(self) -> Beside:
        head = await self.generations.head()
        numbers = [head.current, head.building] if head.building else [head.current]
        return [unparking(self.generations.generation(number)) for number in numbers]

    async def _notify(self) -> None:
        await self.generations.mark()
        await self.changes.reach((await self.generations.head()).change)

    async def _for_ever(self, work: Callable[[], Awaitable[None]], outage: Outage) -> None:
        while True:
            await until_answered(work, on=_is_worth_another_try, limit=self._max_backoff, outage=outage)

    async def _watch(self) -> None:
        """Learn of the changes that another replica wrote."""
        await self.changes.reach((await self.generations.head()).change)
        await asyncio.sleep(A_SECOND)

    async def _project_until_superseded(self) -> None:
        try:
            await self._project()
        except Superseded:
            log.info("projector.superseded")
            await asyncio.sleep(A_SECOND)

    async def _project(self) -> None:
        """Feed the rows that are read, until the lease or the rows are another's."""
        if not await self._lease.hold():
            await asyncio.sleep(A_SECOND)
            return
        await self.generations.claim(self._lease.term)
        head = await self.generations.head()
        live = self.generations.generation(head.current)
        async with feeding(self._source, live, head.following.get(live.number, {})) as feed, self._showing(feed):
            while await self._lease.hold() and head.current == feed.number:
                if head.building:
                    await self._build(head.building, feed)
                else:
                    await self._follow(feed, IDLE)
                head = await self.generations.head()
                await self.changes.reach(head.change)

    async def _follow(self, feed: Feed, wait: float) -> None:
        if await feed.step(wait):
            await self.generations.follow(feed.number, feed.positions, self._lease.term)

    async def _build(self, number: int, live: Feed) -> None:
        """Fill other rows beside those that are read, up to where those are, and have them read instead."""
        head = await self.generations.head()
        built = self.generations.generation(number)
        async with feeding(self._source, built, head.following.get(number, {})) as feed:
            starts, ends = await feed.reader.starts(), await feed.reader.ends()
            while await self._lease.hold() and head.building == number:
                close = feed.has_reached(ends)
                if not close:
                    await self._follow(live, 0)
                elif feed.has_reached(live.positions):
                    await self._switch(live.number, number)
                    return
                await feed.step(IDLE)
                done, total = _counted(starts, feed.positions), _counted(starts, ends)
                await self.generations.build(number, feed.positions, self._lease.term, done=min(done, total), total=total)
                head = await self.generations.head()
                await self.changes.reach(head.change)

    async def _switch(self, old: int, new: int) -> None:
        await self.generations.switch(new, self._lease.term)
        await self.generations.forget(before=new, but=old)
        log.info("projector.rebuilt", generation=new)

    @asynccontextmanager
    async def _showing(self, feed: Feed) -> AsyncIterator[None]:
        """Show in the consumer group how far the rows are."""
        still_held = partial(self._lease.hold, surely=True)
        task = asyncio.create_task(self._group.show(lambda: feed.positions, still_held))
        try:
            yield
        finally:
            await stop(task, grace=self._max_backoff)


def _is_worth_another_try(error: Exception) -> bool:
    return isinstance(error, (Unavailable, *KAFKA_TRANSIENT)) or is_transient(error)


def _counted(starts: Positions, positions: Positions) -> int:
    return sum(max(0, positions[name] - start) for name, start in starts.items())
