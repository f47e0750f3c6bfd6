"""A tenant's topic as it is read: what its right teller told, by positions, a page at a time."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from aiokafka import TopicPartition

from shared.events.message import DELETED, ConsumerRecord, Message, Undecodable, envelope
from shared.kernel.caller import Caller
from shared.messaging.failures import KAFKA_ERRORS
from shared.messaging.kafka import Brokers, consumer
from shared.messaging.topics import outbound
from shared.messaging.wire.client import Client
from shared.messaging.wire.records import record_of

NOTHING = -1
"""The position of who has seen nothing yet."""
WITHIN = 10.0
"""Seconds that one question to Kafka may take."""
POLL_SECONDS = 0.5


@dataclass(frozen=True)
class TenantTopic:
    """A topic of one partition, and who alone tells what its tenant hears: `referral` agencies, `enrolment` schools."""

    name: str
    teller: str

    @property
    def partition(self) -> TopicPartition:
        return TopicPartition(self.name, 0)


TELLERS: Mapping[str, str] = {"agency": "referral", "school": "enrolment"}
"""Who tells a tenant, by its kind."""


def topic_of(caller: Caller) -> TenantTopic:
    """The topic of a caller's own organisation, an agency or a school. KeyError where it is neither."""
    return topic_named(caller.kind, caller.tenant)


def topic_named(kind: str, tenant: str) -> TenantTopic:
    """The topic of an agency or a school, by its id."""
    return TenantTopic(outbound(tenant), TELLERS[kind])


@dataclass(frozen=True)
class Told:
    """An event of a tenant's topic, at its offset: the position of who has seen it."""

    position: int
    message: Message


@dataclass(frozen=True)
class Lost:
    """What came after the reader's position is not there, or the position itself never was: one goes on after this one."""

    position: int


@dataclass(frozen=True)
class Bounds:
    """The first offset that is there, and the one that the next event will have."""

    earliest: int
    end: int

    @property
    def last(self) -> int:
        """The position of who has seen all."""
        return self.end - 1

    def holds(self, position: int) -> bool:
        """Whether one can go on after this position without a gap."""
        return self.earliest - 1 <= position < self.end


class Page(NamedTuple):
    """Records, and the position of who has read them."""

    records: list[ConsumerRecord]
    reached: int


async def bounds_of(brokers: Brokers, topic: TenantTopic) -> Bounds:
    """Where the topic begins and ends now. Raises one of KAFKA_ERRORS, also where there is no such topic yet."""
    async with asyncio.timeout(WITHIN), reading(brokers, topic) as client:
        earliest = await client.beginning_offsets([topic.partition])
        end = await client.end_offsets([topic.partition])
    return Bounds(earliest[topic.partition], end[topic.partition])


async def last_of(brokers: Brokers, topic: TenantTopic) -> int:
    """The position of who has seen all that is there now; `NOTHING` of a topic that nobody has made yet.

    Raises one of KAFKA_ERRORS.
    """
    async with asyncio.timeout(WITHIN), reading(brokers, topic) as client:
        if not client.partitions_for_topic(topic.name):
            return NOTHING
        end = await client.end_offsets([topic.partition])
    return int(end[topic.partition]) - 1


async def position_at(brokers: Brokers, topic: TenantTopic, instant: datetime) -> int:
    """The position after which comes all that was written from that instant on, on Kafka's own, real clock.

    Raises one of KAFKA_ERRORS.
    """
    async with asyncio.timeout(WITHIN), reading(brokers, topic) as client:
        milliseconds = max(0, int(instant.timestamp() * 1000))
        found = (await client.offsets_for_times({topic.partition: milliseconds}))[topic.partition]
        end = await client.end_offsets([topic.partition])
    first: int = found.offset if found else end[topic.partition]
    return first - 1


async def page(brokers: Brokers, topic: TenantTopic, after: int, before: int, *, most: int = 500) -> Page:
    """The next records after a position and before an offset, at most so many. Raises one of KAFKA_ERRORS."""
    async with asyncio.timeout(WITHIN), reading(brokers, topic) as client:
        client.assign([topic.partition])
        client.seek(topic.partition, after + 1)
        while not (records := await batch(client, topic, most)) and await client.position(topic.partition) < before:
            continue
        reached: int = await client.position(topic.partition) - 1
    return Page([record for record in records if record.offset < before], min(reached, before - 1))


async def batch(client: Client, topic: TenantTopic, most: int) -> list[ConsumerRecord]:
    """What has come of a topic that a client reads, in order; nothing where nothing has for half a second."""
    batches = await client.getmany(topic.partition, timeout_ms=int(POLL_SECONDS * 1000), max_records=most)
    return [record_of(record) for records in batches.values() for record in records]


@asynccontextmanager
async def reading(brokers: Brokers, topic: TenantTopic) -> AsyncIterator[Client]:
    """A client of no group, which keeps no offsets, and knows where the topic is if there is one."""
    client = consumer(brokers, fetch_max_wait_ms=1_000, retry_backoff_ms=500)
    try:
        await client.start()
        await client._client.add_topic(topic.name)  # else the first question waits for another try
        yield client
    finally:
        with suppress(*KAFKA_ERRORS):
            await client.stop()


def told_in(records: Sequence[ConsumerRecord], topic: TenantTopic) -> list[Told | Lost]:
    """What the right teller told in these records, and where some are no longer there; whatever else is there is no event."""
    found = list[Told | Lost]()
    for record in records:
        if record.fault == DELETED:
            found.append(Lost(record.offset + record.count - 1))
        elif message := _told(record, topic):
            found.append(Told(record.offset, message))
    return found


def _told(record: ConsumerRecord, topic: TenantTopic) -> Message | None:
    try:
        message = envelope(record)
    except Undecodable:
        return None
    return message if message.source.startswith(f"/{topic.teller}/") else None
