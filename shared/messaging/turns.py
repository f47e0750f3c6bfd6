"""Topics of one partition each, heard in turns: a batch of each at a time, so that a flood on one of them delays no other.

They are found by a pattern, new ones within the five seconds between two looks. A topic that has something to hear has a turn of
its own; turns run a few at once, in the order in which they ask, so that one waits for a batch of each other at most. What is
fetched and not heard yet is one answer of a broker for each topic, while the others are fetched.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from aiokafka import TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import CommitFailedError, IllegalStateError

from shared.events.message import ConsumerRecord
from shared.kernel.retry import stop
from shared.messaging.failures import KAFKA_ERRORS
from shared.messaging.kafka import Brokers, consumer
from shared.messaging.wire.client import Client
from shared.messaging.wire.records import record_of

BATCH, AT_ONCE = 50, 4
"""Records of one turn, and turns that run at once."""
LOOK_SECONDS = 5
SESSION_SECONDS = 10
"""After which the topics of one that was killed are the others', or its own again."""
DAY_MS = 86_400_000
COMMIT_SECONDS, COMMIT_AT_LAST_SECONDS = 0.5, 1.0
WAIT_SECONDS = 0.1
STOP_SECONDS = 5.0
PARTITION_BYTES, FETCH_BYTES = 256_000, 8_000_000
"""Of a broker's answer: for one partition (one message may be larger), and in all."""
Take = Callable[[str, Sequence[ConsumerRecord]], Awaitable[None]]
"""Takes records of one topic in for good, in their order, however long a server is away. What it raises ends the process."""
IsOpen = Callable[[str], Awaitable[bool]]
"""Whether a topic is to be heard by now. One that is not stays as it is."""


class Everything:
    """All topics: of each, what a new group does not find from its beginning on was lost to it."""

    def __contains__(self, _topic: object) -> bool:
        return True


def new_client(brokers: Brokers, group: str) -> Client:
    """A member of a group, whose replicas share the topics.

    No static one: a broker gives such a member, when it comes back, what it had before, and none of the topics that are new.
    """
    return consumer(
        brokers, group_id=group, session_timeout_ms=SESSION_SECONDS * 1000, metadata_max_age_ms=LOOK_SECONDS * 1000,
        max_poll_interval_ms=DAY_MS,  # while a database is away nothing is asked for, and the topics stay ours
        max_partition_fetch_bytes=PARTITION_BYTES, fetch_max_bytes=FETCH_BYTES, whole=Everything(),
    )  # fmt: skip


class Turns(ConsumerRebalanceListener):
    """One life of a client, which is started and stopped by whoever made it."""

    def __init__(self, client: Client, take: Take, is_open: IsOpen, *, batch: int = BATCH, at_once: int = AT_ONCE) -> None:
        self._client = client
        self._take = take
        self._is_open = is_open
        self._batch = batch
        self._gate = asyncio.Semaphore(at_once)
        self._turns: dict[TopicPartition, asyncio.Task[None]] = {}
        self._next: dict[TopicPartition, int] = {}
        """The offset after what was taken in."""
        self._committed: dict[TopicPartition, int] = {}

    async def run(self, pattern: re.Pattern[str]) -> None:
        """Hear until cancelled. Raises one of KAFKA_ERRORS, or what the taking in raised."""
        self._client.subscribe(pattern=pattern.pattern, listener=self)
        committing = asyncio.create_task(self._commit_now_and_then())
        try:
            while not committing.done():
                await self._begin_turns()
                self._forget_ended()
            committing.result()
        finally:
            await stop(committing, *self._turns.values(), grace=STOP_SECONDS)
            await self._commit_at_last()

    def lag(self) -> int:
        """How many messages of its topics are not taken in, as far as brokers have said lately; marks of transactions too."""
        return sum(self._lag_of(tp) for tp in self._client.assignment())

    async def on_partitions_revoked(self, _revoked: object) -> None:
        """Others may have them: nothing of theirs is under way here any more."""
        await stop(*self._turns.values(), grace=STOP_SECONDS)
        self._turns.clear()
        await self._commit_at_last()
        self._next.clear()
        self._committed.clear()

    async def on_partitions_assigned(self, _assigned: object) -> None:
        """They go on from what is committed."""

    async def _begin_turns(self) -> None:
        """A turn for each topic that has something to hear and none under way."""
        idle = [tp for tp in self._client.assignment() if tp not in self._turns and await self._is_open(tp.topic)]
        if not idle:
            await asyncio.sleep(WAIT_SECONDS)
            return
        found = await self._client.getmany(*idle, timeout_ms=int(1000 * WAIT_SECONDS), max_records=self._batch)
        for tp, records in found.items():
            self._turns[tp] = asyncio.create_task(self._turn(tp, [record_of(one) for one in records]))

    def _forget_ended(self) -> None:
        for tp in [tp for tp, task in self._turns.items() if task.done()]:
            ended = self._turns.pop(tp)
            if not ended.cancelled():  # the group took it from us
                ended.result()

    async def _turn(self, tp: TopicPartition, records: Sequence[ConsumerRecord]) -> None:
        """A batch after the other, asking for its turn before each, until nothing is left."""
        while records:
            async with self._gate:
                await self._take(tp.topic, records)
            self._next[tp] = records[-1].offset + records[-1].count
            found = await self._client.getmany(tp, timeout_ms=int(1000 * WAIT_SECONDS), max_records=self._batch)
            records = [record_of(one) for one in found.get(tp, ())]

    async def _commit_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(COMMIT_SECONDS)
            await self._commit()

    async def _commit_at_last(self) -> None:
        """The same, if Kafka takes it soon: what it does not know is heard again, which changes nothing."""
        with suppress(*KAFKA_ERRORS):
            async with asyncio.timeout(COMMIT_AT_LAST_SECONDS):
                await self._commit()

    async def _commit(self) -> None:
        """Acknowledge what was taken in. Where the group has changed meanwhile, it is heard again by whoever has it now."""
        mine = self._client.assignment()
        moved = {tp: offset for tp, offset in self._next.items() if tp in mine and self._committed.get(tp) != offset}
        if moved:
            with suppress(CommitFailedError, IllegalStateError):
                await self._client.commit(moved)
                self._committed.update(moved)

    def _lag_of(self, tp: TopicPartition) -> int:
        end, state = self._client.highwater(tp), self._client._subscription.subscription.assignment.state_value(tp)
        if end is None or not state.has_valid_position:
            return 0
        return max(0, int(end) - self._next.get(tp, int(state.position)))
