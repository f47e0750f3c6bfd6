"""Tenants' topics followed from a position on, without a gap or a double: each is read once, for all who follow it here."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TypeVar

from shared.kernel.retry import stop, until_answered
from shared.messaging.failures import KAFKA_ERRORS
from shared.messaging.feed import KEPT, Feed
from shared.messaging.kafka import Brokers
from shared.messaging.tenant_topic import NOTHING, Lost, TenantTopic, Told, bounds_of, page, position_at, told_in

T = TypeVar("T")
PAGES = 4
"""Pages that are read at once, for all who are behind."""
STOP_SECONDS = 3.0


class TenantTopics:
    """The tenants' topics of a Kafka. What is followed is read by one client, and what came last is kept for all followers."""

    def __init__(self, brokers: Brokers, *, max_backoff: float, kept: int = KEPT) -> None:
        """`kept`: so many events of each topic, the last ones."""
        self._brokers = brokers
        self._max_backoff = max_backoff
        self._kept = kept
        self._feeds: dict[TenantTopic, tuple[Feed, asyncio.Task[None]]] = {}
        self._paging = asyncio.Semaphore(PAGES)

    async def follow(self, topic: TenantTopic, after: int | None) -> AsyncGenerator[Told | Lost, None]:
        """What its teller told after a position, each event once and in order, then what it tells, for ever.

        From the first event that is still there where no position is given. `Lost`: some of it is gone, or the position is none
        of this topic. While Kafka is away, or has no such topic yet, nothing comes; it is no failure.
        """
        async with self._joined(topic) as feed:
            await feed.read_once.wait()
            log, position = feed.log, await self._begun(feed, after)
            if after is not None and position != after:
                yield Lost(position)
            while True:
                moved = feed.moved
                found, reached = await self._after(feed, position)
                if feed.log != log:
                    log, found, reached = feed.log, [Lost(NOTHING)], NOTHING
                for one in found:
                    yield one
                if reached == position:
                    await moved.wait()
                position = reached

    async def position_at(self, topic: TenantTopic, instant: datetime) -> int:
        """The position after which comes all that was written from that instant on. Raises one of KAFKA_ERRORS."""
        return await position_at(self._brokers, topic, instant)

    @property
    def feeds(self) -> list[Feed]:
        """What is followed now."""
        return [feed for feed, _ in self._feeds.values()]

    async def close(self) -> None:
        """Follow nothing any more."""
        await stop(*(task for _, task in self._feeds.values()), grace=STOP_SECONDS)

    async def _begun(self, feed: Feed, after: int | None) -> int:
        """Where one who comes with this position begins: there, or at what is left."""
        if after is not None and feed.holds(after):
            return after
        bounds = await self._answered(lambda: bounds_of(self._brokers, feed.topic))
        return after if after is not None and bounds.holds(after) else bounds.earliest - 1

    async def _after(self, feed: Feed, position: int) -> tuple[list[Told | Lost], int]:
        """What comes next, from what is kept or, for who is behind that, from Kafka; and the position then."""
        if feed.holds(position):
            return feed.after(position), feed.end - 1
        if position >= feed.end:
            return [], position  # another replica has read further than this one
        async with self._paging:
            before = feed.start
            records, reached = await self._answered(lambda: page(self._brokers, feed.topic, position, before))
        found = told_in(records, feed.topic)
        return [one for one in found if one.position not in feed.doubles], reached

    async def _answered(self, ask: Callable[[], Awaitable[T]]) -> T:
        return await until_answered(ask, on=lambda error: isinstance(error, KAFKA_ERRORS), limit=self._max_backoff)

    @asynccontextmanager
    async def _joined(self, topic: TenantTopic) -> AsyncIterator[Feed]:
        """The feed of a topic, which is read while somebody follows it."""
        if topic not in self._feeds:
            feed = Feed(topic, self._brokers, kept=self._kept)
            self._feeds[topic] = feed, asyncio.create_task(feed.run(self._max_backoff))
        feed, task = self._feeds[topic]
        feed.followers += 1
        try:
            yield feed
        finally:
            feed.followers -= 1
            if not feed.followers:
                del self._feeds[topic]
                await stop(task, grace=STOP_SECONDS)
