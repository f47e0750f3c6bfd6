"""A Kafka consumer in batches: every partition of some topics, read from where the rows stand."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.events.message import DELETED, ConsumerRecord
from shared.messaging.failures import KAFKA_ERRORS
from shared.messaging.kafka import Brokers, consumer
from shared.messaging.topics import PARTITIONS
from shared.messaging.wire.records import record_of

log = structlog.get_logger()
BATCH = 20_000
Positions = Mapping[str, int]
"""The next offset to read, by `topic/partition`."""


class Reader:
    """A consumer at work. Its positions are offsets, not counts: transactions, retention and deletions leave holes."""

    def __init__(
        self, client: AIOKafkaConsumer, partitions: Mapping[str, TopicPartition], limit: int, *, rebuilding: bool
    ) -> None:
        self._client = client
        self._partitions = partitions
        self._limit = limit
        self._rebuilding = rebuilding

    async def batch(self, wait: float, before: Positions | None = None) -> Sequence[ConsumerRecord]:
        """What has come, each partition in its order; none when nothing has for `wait` seconds.

        `before`: nothing that stands at these positions or past them, which stays to be read.
        """
        wanted = list(self._partitions.values()) if before is None else await self._short_of(before)
        if not wanted:
            return []
        batches = await self._client.getmany(*wanted, timeout_ms=int(wait * 1000), max_records=self._limit)
        if before is not None:
            self._leave(batches, before)
        records = [record_of(record) for batch in batches.values() for record in batch]
        return [record for record in records if not self._is_past(record)]

    def seek(self, positions: Positions) -> None:
        """Read on from there, in these partitions."""
        for name, offset in positions.items():
            self._client.seek(self._partitions[name], offset)

    async def positions(self) -> Positions:
        """How far it has read."""
        return {name: await self._client.position(tp) for name, tp in self._partitions.items()}

    async def starts(self) -> Positions:
        """The first offset that is still there."""
        return self._named(await self._client.beginning_offsets(list(self._partitions.values())))

    async def ends(self) -> Positions:
        """Where reading ends: at the next message's offset, or at the first of a transaction that is still open."""
        return self._named(await self._client.end_offsets(list(self._partitions.values())))

    def _is_past(self, record: ConsumerRecord) -> bool:
        """Whether this stands for what a rebuild finds deleted: it takes what there is, from the log's beginning on."""
        if not self._rebuilding or record.fault != DELETED:
            return False
        log.warning("rebuild.no_longer_there", topic=record.topic, partition=record.partition, count=record.count)
        return True

    async def _short_of(self, positions: Positions) -> list[TopicPartition]:
        return [tp for name, tp in self._partitions.items() if await self._client.position(tp) < positions[name]]

    def _leave(self, batches: dict[TopicPartition, list[Any]], before: Positions) -> None:
        """Leave what stands at these positions or past them to be read."""
        for name, tp in self._partitions.items():
            batch = batches.get(tp, [])
            kept = [record for record in batch if record.offset < before[name]]
            if len(kept) < len(batch):
                batches[tp] = kept
                self._client.seek(tp, before[name])

    def _named(self, offsets: Mapping[TopicPartition, int]) -> Positions:
        return {name: offsets[tp] for name, tp in self._partitions.items()}


class Source:
    """These topics, whole. Each reader has a client of its own, which commits nothing."""

    def __init__(self, topics: Sequence[str], client: Callable[[], AIOKafkaConsumer], *, limit: int = BATCH) -> None:
        self.partitions = {f"{topic}/{number}": TopicPartition(topic, number) for topic in topics for number in range(PARTITIONS)}
        self._client = client
        self._limit = limit

    @asynccontextmanager
    async def read(self, following: Positions, *, rebuilding: bool = False) -> AsyncIterator[Reader]:
        """A reader that goes on from there; from the first message where nothing is said.

        What was deleted before it was read is a record of its own (`deleted_unheard`), but to a rebuild.
        """
        client = self._client()
        try:
            await client.start()
            client.assign(list(self.partitions.values()))
            for name, tp in self.partitions.items():
                client.seek(tp, following.get(name, 0))
            yield Reader(client, self.partitions, self._limit, rebuilding=rebuilding)
        finally:
            with suppress(*KAFKA_ERRORS):
                await client.stop()


def kafka_source(topics: Sequence[str], brokers: Brokers) -> Source:
    """The topics of a broker, in large batches."""
    return Source(topics, partial(consumer, brokers, max_poll_records=BATCH, fetch_max_wait_ms=100))
