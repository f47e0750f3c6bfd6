"""One rebuild: other rows filled beside those that are read, taken to the same offsets, compared, and read instead."""

import time
from collections.abc import Awaitable, Callable

import structlog

from shared.kernel.clock import real_now
from shared.kernel.errors import Unavailable
from shared.persistence.failures import is_transient
from shared.persistence.lease import Lease
from shared.projections.comparison import differing
from shared.projections.feed import Feed, feeding
from shared.projections.filling import Filling
from shared.projections.source import Positions, Source
from shared.projections.tables import Comparison, Generations, Head

log = structlog.get_logger()
IDLE = 0.25
"""Seconds that a batch is waited for."""
AT_ONCE = 1_000
"""Messages folded at once: requests are answered between."""
SHOWN = 5
"""Ids of differing rows in the log, by table."""
Follow = Callable[[Feed, float, Positions | None], Awaitable[bool]]


class Unwritable(Exception):
    """Rows that were folded in memory cannot be written, and would not be by another try."""


class Building:
    """A generation being built by who holds the lease, beside the feed of the one that is read, which `follow` feeds on."""

    def __init__(self, generations: Generations, lease: Lease, live: Feed, follow: Follow, filling: Filling) -> None:
        self._generations = generations
        self._lease = lease
        self._live = live
        self._follow = follow
        self._filling = filling
        self._number = filling.number
        self._starts: Positions = {}
        self._ends: Positions = {}

    async def run(self, source: Source, head: Head) -> None:
        """Fill, compare, and have it read; or leave, where the lease or the rebuild is another's. Raises Unwritable."""
        following, now = head.following.get(self._number, {}), real_now()
        if not await self._lease.hold(surely=True):
            return
        await self._filling.parking.forget_from(following, before=now)
        async with feeding(source, self._filling, following, at_once=AT_ONCE, rebuilding=True) as feed:
            self._starts, self._ends = await feed.reader.starts(), await feed.reader.ends()
            feed.begin_where_past(self._ends)
            if await self._fill(feed):
                await self._finish(feed)

    async def _fill(self, feed: Feed) -> bool:
        """Read up to the ends that were noted, and let the rows that are read go on. False where it is another's."""
        while not feed.has_reached(self._ends):
            if not await self._is_ours():
                return False
            await self._follow(self._live, 0, None)
            if not await feed.step(IDLE):
                self._ends = _lower(self._ends, await feed.reader.ends())
            await self._keep(feed, whole=self._filling.full)
        return True

    async def _finish(self, feed: Feed) -> None:
        """Take both to the same offsets, the rows that are read no further; compare them, and read the new ones."""
        here, paused = await feed.reader.ends(), time.monotonic()
        if not (await self._reach(here, self._live, self._follow) and await self._reach(here, feed, Feed.step)):
            return
        await self._keep(feed, whole=True)
        found = await self._compare()
        if found is None:
            return
        await self._generations.switch(self._number, self._lease.term, found)
        await self._generations.forget(before=self._number, but=self._live.number)
        seconds = round(time.monotonic() - paused, 1)
        log.info("projector.rebuilt", generation=self._number, paused=seconds, uncompared=found.uncompared)

    async def _reach(self, here: Positions, feed: Feed, step: Follow) -> bool:
        """Read up to there and no further. False where the lease or the rebuild is another's."""
        while not feed.has_reached(here):
            if not await self._is_ours():
                return False
            if not await step(feed, IDLE, here):
                here = _lower(here, await feed.reader.ends())
        return True

    async def _keep(self, feed: Feed, *, whole: bool) -> None:
        """Say how far it is and, once the rows are written, where it goes on."""
        if whole:
            await self._write()
        done, total = progress(self._starts, feed.positions, self._ends)
        kept = feed.positions if whole else {}
        await self._generations.build(self._number, kept, self._lease.term, done=done, total=total)

    async def _write(self) -> None:
        try:
            async for _ in self._filling.write():
                await self._lease.hold()
        except Exception as error:
            if is_transient(error) or isinstance(error, Unavailable):
                raise
            raise Unwritable(type(error).__name__) from error

    async def _compare(self) -> Comparison | None:
        """What differs, by table; None where the lease or the rebuild is another's."""
        head = await self._generations.head()
        tables, uncompared = self._generations.comparable(head, self._live.number, self._number)
        counts: dict[str, int] = {}
        for table in tables:
            count = await self._count_differing(table)
            if count is None:
                return None
            counts[table] = count
        return Comparison({table: count for table, count in counts.items() if count}, uncompared)

    async def _count_differing(self, table: str) -> int | None:
        """How many rows of a table differ, said with a few of their ids; None where the lease or the rebuild is another's."""
        read, built = (self._generations.generation(number)[table] for number in (self._live.number, self._number))
        count, ids = 0, list[str]()
        async for found in differing(read, built):
            if not await self._is_ours():
                return None
            count += len(found)
            ids += found[: SHOWN - len(ids)]
        if count:
            log.error("projector.rows_differ", table=table, rows=count, ids=ids)
        return count

    async def _is_ours(self) -> bool:
        return await self._lease.hold() and (await self._generations.head()).building == self._number


def progress(starts: Positions, positions: Positions, ends: Positions) -> tuple[int, int]:
    """How many offsets were passed, of how many: holes count as the messages do, and both are equal once all is reached."""
    done = sum(max(0, min(positions[name], ends[name]) - start) for name, start in starts.items())
    return done, sum(max(0, ends[name] - start) for name, start in starts.items())


def _lower(ends: Positions, now: Positions) -> Positions:
    """Nothing comes before the end that was noted: it may have come nearer since, where a topic was made again."""
    return {name: min(offset, now[name]) for name, offset in ends.items()}
