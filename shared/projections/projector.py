"""The batch driver: one active projector, by a lease, folds topics into rows and, when asked, rebuilds them beside."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

import structlog

from shared.kernel.errors import Unavailable
from shared.kernel.retry import Outage, stop, until_answered
from shared.messaging.failures import is_a_server_s, is_refused
from shared.messaging.parked import Beside, Parked
from shared.metrics import PROJECTORS, REBUILD_DONE, REBUILD_OFFSETS, REBUILDING
from shared.persistence.failures import is_transient
from shared.persistence.lease import Lease
from shared.projections.building import IDLE, Building, Unwritable
from shared.projections.feed import Feed, feeding
from shared.projections.filling import Filling
from shared.projections.group import GroupOffsets
from shared.projections.notifier import Changes
from shared.projections.source import Positions, Source
from shared.projections.tables import Generations, Head, Superseded
from shared.projections.unparking import unparking

log = structlog.get_logger()
A_SECOND = 1.0


class Projector:
    """Keeps a service's rows. Every replica has one: those without the lease serve reads, and may ask for a rebuild."""

    def __init__(
        self,
        generations: Generations,
        lease: Lease,
        source: Source,
        group: GroupOffsets,
        *,
        max_backoff: float = 5.0,
        rows_in_memory: int = 100_000,
    ) -> None:
        self.generations = generations
        self.changes = Changes()
        self._lease = lease
        self._source = source
        self._group = group
        self._max_backoff = max_backoff
        self.server = Outage(log, "projector.server", is_refusal=is_refused)
        """Whether the servers that it reads are away, or refuse it."""
        self._rows_in_memory = rows_in_memory
        self._unwritable = set[int]()
        """The generations of which rows could not be written: they are built batch by batch."""

    async def run(self) -> None:
        """Project while this replica holds the lease, and notify changes, until cancelled. Whatever goes away is waited for."""
        works = (self._watch, Outage(log, "projector.watch")), (self._project_until_superseded, self.server)
        tasks = [asyncio.create_task(self._for_ever(work, outage)) for work, outage in works]
        try:
            await asyncio.gather(*tasks)  # cancelled again, it cancels them again: a library may have swallowed the first time
        finally:
            await stop(*tasks, grace=self._max_backoff)

    def parked(self) -> Parked:
        """What is parked beside the rows that are read now, which any replica may replay at any time, and beside those built.

        A rebuild folds or parks each message for itself: what it set aside is replayed once its rows are read.
        """
        return Parked(self._unparking, changed=self._notify)

    @property
    def active(self) -> bool:
        """Whether this replica keeps the rows: it has the lease, and has lately kept it."""
        return self._lease.held

    async def positions(self) -> Positions:
        """How far the rows that are read are, whichever replica keeps them; what a rebuild has done is shown with it."""
        PROJECTORS.set(self.active)  # known without asking: who no longer has the lease says so while the database is away too
        head = await self.generations.head()
        REBUILDING.set(head.building is not None)
        REBUILD_DONE.set(head.done)
        REBUILD_OFFSETS.set(head.total)
        return head.following.get(head.current, {})

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
        await self.generations.goes_on(head, head.current, self._lease.term)
        live = self.generations.generation(head.current)
        async with feeding(self._source, live, head.following.get(live.number, {})) as feed, self._showing(feed):
            while await self._lease.hold() and head.current == feed.number:
                if head.building:
                    await self._build(head, head.building, feed)
                else:
                    await self._follow(feed, IDLE)
                head = await self.generations.head()
                await self.changes.reach(head.change)

    async def _follow(self, feed: Feed, wait: float, before: Positions | None = None) -> bool:
        came = await feed.step(wait, before)
        if came:
            await self.generations.follow(feed.number, feed.positions, self._lease.term)
            await self.changes.reach((await self.generations.head()).change)
        return came

    async def _build(self, head: Head, number: int, live: Feed) -> None:
        """Fill other rows beside those that are read, and have them read instead. Begun by other code, they are begun anew."""
        if not await self.generations.goes_on(head, number, self._lease.term):
            return await self.generations.begin()
        filling = Filling(self.generations.generation(number), 0 if number in self._unwritable else self._rows_in_memory)
        try:
            await Building(self.generations, self._lease, live, self._follow, filling).run(self._source, head)
        except Unwritable as error:
            log.warning("projector.unwritable", generation=number, error=str(error))
            self._unwritable.add(number)

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
    return isinstance(error, Unavailable) or is_a_server_s(error) or is_transient(error)
