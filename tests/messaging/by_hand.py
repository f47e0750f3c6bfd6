"""What somebody puts into Kafka by hand: names of headers that are no text, transactions, topics of their own, deletions."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import RecordsToDelete
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

from deploy.local.servers import Servers
from shared.events.message import ConsumerRecord
from shared.kernel.retry import stop
from shared.messaging.consumer import consume, new_faust_app
from shared.messaging.kafka import ask_brokers, consumer
from shared.messaging.wire.records import record_of
from tests.messaging.topics import asking, make

SECRET = b"famille-\xe9\xff"
"""A name that is no UTF-8, and which nobody may read anywhere."""
CODECS = ["gzip", "snappy", "lz4", "zstd"]
"""In the order of their numbers, from 1 on."""
MUCH = 2**30
"""Bytes that a batch may hold before it is compressed."""


class NoText(str):
    """A header's name, as these bytes."""

    __slots__ = ("raw",)
    raw: bytes

    def __new__(cls, raw: bytes) -> "NoText":
        name = super().__new__(cls, "name")
        name.raw = raw
        return name

    def encode(self, *_: Any) -> bytes:
        return self.raw


NOT_UTF8 = [("ok", b"1"), (NoText(SECRET), b"2")]


@dataclass(frozen=True)
class Put:
    """A record to be put somewhere."""

    key: bytes | None
    value: bytes | None = b"{}"
    headers: Sequence[tuple[str, bytes]] = ()


async def a_topic(servers: Servers, *, partitions: int = 1, **configs: str) -> str:
    """A new topic."""
    name = f"test.{uuid.uuid4()}"
    await make(servers.kafka, name, partitions=partitions, **configs)
    return name


async def configure(servers: Servers, topic: str, configs: Mapping[str, str]) -> None:
    """These are a topic's own settings from now on."""
    async with asking(servers.kafka) as admin:
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs=configs)])


@asynccontextmanager
async def compressing(servers: Servers, topic: str, codec: str) -> AsyncIterator[None]:
    """A topic of events compresses what it is given."""
    await configure(servers, topic, {"retention.ms": "-1", "compression.type": codec})
    yield
    await configure(servers, topic, {"retention.ms": "-1"})


async def delete_before(servers: Servers, topic: str, offset: int, *, partition: int = 0) -> None:
    """Delete what comes before an offset."""
    async with asking(servers.kafka) as admin:
        await admin.delete_records({TopicPartition(topic, partition): RecordsToDelete(before_offset=offset)})


async def put(servers: Servers, topic: str, puts: Iterable[Put], *, codec: str | None = None, partition: int = 0) -> None:
    """Put these into a partition, as one batch."""
    async with AIOKafkaProducer(bootstrap_servers=servers.kafka, compression_type=codec) as sender:
        batch = sender.create_batch()
        batch._builder = _DefaultRecordBatchBuilderPy(  # the fast one takes no name but text
            2, [None, *CODECS].index(codec), 0, -1, -1, -1, MUCH
        )
        for one in puts:
            assert batch.append(key=one.key, value=one.value, timestamp=None, headers=list(one.headers))
        await (await sender.send_batch(batch, topic, partition=partition))


@asynccontextmanager
async def transaction(servers: Servers, *, committed: bool) -> AsyncIterator[Any]:
    """A producer in a transaction, which is then committed or aborted."""
    async with AIOKafkaProducer(bootstrap_servers=servers.kafka, transactional_id=str(uuid.uuid4())) as sender:
        await sender.begin_transaction()
        yield sender
        await (sender.commit_transaction() if committed else sender.abort_transaction())


async def heard(servers: Servers, topic: str, count: int, *, within: float = 20) -> list[ConsumerRecord]:
    """The first records that our client gives of a topic of one partition, from its beginning."""
    found: list[ConsumerRecord] = []
    async with asyncio.timeout(within), consumer(servers.brokers) as reader:
        reader.assign([TopicPartition(topic, 0)])
        reader.seek(TopicPartition(topic, 0), 0)
        while len(found) < count:
            batches = await reader.getmany(timeout_ms=200, max_records=2)
            found += [record_of(record) for batch in batches.values() for record in batch]
    return found


@dataclass
class Listening:
    """In a dispatcher's place: what Faust has handed over, in order."""

    topics: list[str]
    records: list[ConsumerRecord] = field(default_factory=list)

    async def handle(self, record: ConsumerRecord) -> None:
        self.records.append(record)

    async def until(self, count: int, *, within: float = 30) -> list[ConsumerRecord]:
        async with asyncio.timeout(within):
            while len(self.records) < count:
                await asyncio.sleep(0.02)
        return self.records


@asynccontextmanager
async def consuming(servers: Servers, dispatcher: Any, *, group: str) -> AsyncIterator[None]:
    """Faust at work, as in a service, for a group of its own."""
    new_app = partial(new_faust_app, group, "0", servers.brokers, session_timeout=15)
    asking = partial(ask_brokers, servers.brokers)
    task = asyncio.create_task(consume(dispatcher, ask_brokers=asking, new_app=new_app, max_backoff=0.5))
    try:
        yield
    finally:
        assert await stop(task, grace=20)


async def committed(servers: Servers, topic: str, group: str, offset: int, *, partition: int = 0) -> None:
    """Wait until a group has committed that it goes on at this offset."""
    async with asyncio.timeout(20), consumer(servers.brokers, group_id=group) as client:
        while await client.committed(TopicPartition(topic, partition)) != offset:
            await asyncio.sleep(0.1)
