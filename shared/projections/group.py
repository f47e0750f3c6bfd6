"""The consumer group's offsets: those kept beside the rows, committed to Kafka too, so that its own tools show the lag.

The commits go through a transactional producer, whose epoch rises with each new one: the broker itself refuses those of a
holder that slept through its lease, so what the group has committed never goes back.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress

import structlog
from aiokafka import AIOKafkaProducer, TopicPartition

from shared.kernel.retry import Outage
from shared.messaging.failures import KAFKA_ERRORS, is_refused
from shared.messaging.kafka import Brokers
from shared.projections.source import Positions, Source

log = structlog.get_logger()
A_WHILE = 0.5
"""Seconds between two commits: they are for tools, not for us."""


class GroupOffsets:
    """A consumer group without consumers, committed to by whoever holds the rows."""

    def __init__(
        self,
        group: str,
        partitions: Mapping[str, TopicPartition],
        producer: Callable[[], AIOKafkaProducer],
        *,
        timeout: float = 10,
    ) -> None:
        self._group = group
        self._partitions = partitions
        self._producer = producer
        self._timeout = timeout
        self._outage = Outage(log, "projector.commit", is_refusal=is_refused)

    async def show(self, positions: Callable[[], Positions], still_held: Callable[[], Awaitable[bool]]) -> None:
        """Commit the positions as they move, until cancelled or until another holds the rows.

        A coordinator that is away holds no row up: this waits for it, apart. Our epoch is taken before we ask whether we
        still hold the rows: so who takes them over later takes a later epoch, and our commits are refused from then on.
        """
        while True:
            try:
                async with self._started() as producer:
                    if not await still_held():
                        return
                    await self._commit_as_they_move(producer, positions)
            except Exception as error:  # it is for tools: nothing of it may end what it is about
                self._outage.failed(error)
            await asyncio.sleep(A_WHILE)

    async def _commit_as_they_move(self, producer: AIOKafkaProducer, positions: Callable[[], Positions]) -> None:
        committed: Positions = {}
        while True:
            moved = {name: offset for name, offset in positions().items() if committed.get(name) != offset}
            if moved:
                async with asyncio.timeout(self._timeout):
                    await self._commit(producer, moved)
                self._outage.answered()
                committed = {**committed, **moved}
            await asyncio.sleep(A_WHILE)

    async def _commit(self, producer: AIOKafkaProducer, positions: Positions) -> None:
        async with producer.transaction():
            offsets = {self._partitions[name]: offset for name, offset in positions.items()}
            await producer.send_offsets_to_transaction(offsets, self._group)

    @asynccontextmanager
    async def _started(self) -> AsyncIterator[AIOKafkaProducer]:
        producer = self._producer()
        try:
            async with asyncio.timeout(self._timeout):
                await producer.start()
            yield producer
        finally:
            with suppress(*KAFKA_ERRORS):
                async with asyncio.timeout(self._timeout):
                    await producer.stop()


def transactional_id(group: str) -> str:
    """Under which a group's offsets are committed."""
    return f"{group}-offsets"


def kafka_group(group: str, source: Source, brokers: Brokers) -> GroupOffsets:
    """A group of a broker, for the partitions of a source."""

    def producer() -> AIOKafkaProducer:
        return AIOKafkaProducer(**brokers.options(), transactional_id=transactional_id(group), transaction_timeout_ms=30_000)

    return GroupOffsets(group, source.partitions, producer)
