"""A Kafka consumer in batches: every partition of some topics, read from where the rows stand."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.events.message import ConsumerRecord
from shared.messaging.failures import KAFKA_ERRORS
from shared.messaging.kafka import PARTITIONS, consumer

BATCH = 20_000
Positions = Mapping[str, int]
"""The next offset to read, by `topic/partition`."""


class Reader:
    """A consumer at work. Its positions are offsets, not counts: transactions, retention and deletions leave holes."""

    def __init__(self, client: AIOKafkaConsumer, partitions: Mapping[str, TopicPartition], limit: int) -> None:
        self._client = client
        self._partitions = partitions
        self._limit = limit

    async def batch(self, wait: float) -> Sequence[ConsumerRecord]:
        """What has come, each partition in its order; none when nothing has for `wait` seconds."""
        batches = await self._client.getmany(timeout_ms=int(wait * 1000), max_records=self._limit)
        return [record_of(record) for batch in batches.values() for record in batch]

    async def positions(self) -> Positions:
        """How far it has read."""
        return {name: await self._client.position(tp) for name, tp in self._partitions.items()}

    async def starts(self) -> Positions:
        """The first offset that is still there."""
        return self._named(await self._client.beginning_offsets(list(self._partitions.values())))

    async def ends(self) -> Positions:
        """The offset that the next message will have."""
        return self._named(await self._client.end_offsets(list(self._partitions.values())))

    def _named(self, offsets: Mapping[TopicPartition, int]) -> Positions:
        return {name: offsets[tp] for name, tp in self._partitions.items()}


class Source:
    """These topics, whole. Each reader has a client of its own, which commits nothing."""

    def __init__(self, topics: Sequence[str], client: Callable[[], AIOKafkaConsumer], *, limit: int = BATCH) -> None:
        self.partitions = {f"{topic}/{number}": TopicPartition(topic, number) for topic in topics for number in range(PARTITIONS)}
        self._client = client
        self._limit = limit

    @asynccontextmanager
    async def read(self, following: Positions) -> AsyncIterator[Reader]:
        """A reader that goes on from there; from the first message where nothing is said."""
        client = self._client()
        try:
            await client.start()
            client.assign(list(self.partitions.values()))
            for name, tp in self.partitions.items():
                client.seek(tp, following.get(name, 0))
            yield Reader(client, self.partitions, self._limit)
        finally:
            with suppress(*KAFKA_ERRORS):
                await client.stop()


def kafka_source(topics: Sequence[str], bootstrap: str) -> Source:
    """The topics of a broker, in large batches."""
    return Source(topics, partial(consumer, bootstrap, max_poll_records=BATCH, fetch_max_wait_ms=100))


def record_of(record: Any) -> ConsumerRecord:
    """A record of aiokafka's as ours."""
    return ConsumerRecord(record.topic, record.partition, record.offset, record.key, record.value, tuple(record.headers))
