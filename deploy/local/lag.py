"""How far each consumer group is behind the end of the topics it hears."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError
from aiokafka.structs import OffsetAndMetadata

from deploy.local.errors import CannotRun
from services import INBOUND_GROUP
from shared.messaging.failures import KAFKA_ERRORS, is_refused
from shared.messaging.kafka import Brokers
from shared.messaging.topics import INBOUND

TRIES = 20
ANSWER_MS = 15_000
LOOK_MS = 500
"""Milliseconds without an answer after which what is not heard is not there."""


@dataclass(frozen=True)
class Lag:
    """Messages of a topic that a group has yet to acknowledge, at most: marks of transactions between them count too.

    `since` is when the oldest of them was published; None where there is none.
    """

    group: str
    topic: str
    messages: int
    since: datetime | None = None


async def lags(brokers: Brokers, groups: Iterable[str]) -> list[Lag]:
    """One row per group and topic in which the group acknowledged something, or is an agency's; all partitions together."""
    patience = {"request_timeout_ms": ANSWER_MS}
    admin = AIOKafkaAdminClient(**brokers.options(), **patience)
    consumer = AIOKafkaConsumer(**brokers.options(), **patience, isolation_level="read_committed")
    try:
        await admin.start()
        await consumer.start()
        return [lag for group in groups for lag in await _of_group(admin, consumer, group)]
    except KAFKA_ERRORS as error:
        said = f"refuse de le dire ({type(error).__name__})" if is_refused(error) else "ne répond pas"
        raise CannotRun(f"Kafka {said} : {brokers.bootstrap}. « etabli doctor » dit ce qui ne va pas.") from error
    finally:
        await consumer.stop()
        await admin.close()


async def _of_group(admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer, group: str) -> list[Lag]:
    offsets = await _acknowledged(admin, group)
    committed = {at: stored.offset for at, stored in offsets.items() if stored.offset >= 0}
    heard = {at.topic for at in committed} | await _to_be_heard(admin, group)
    if not heard:
        return []
    partitions = [
        TopicPartition(topic["topic"], partition["partition"])
        for topic in await admin.describe_topics(sorted(heard))
        for partition in topic["partitions"]
    ]
    first, end = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
    next_to_hear = {at: max(first[at], committed.get(at, 0)) for at in partitions}
    next_messages = await _next_messages(consumer, {at: offset for at, offset in next_to_hear.items() if offset < end[at]})
    behind, since = defaultdict[str, int](int), dict[str, datetime]()
    for at in partitions:
        behind[at.topic] += 0 if at in next_messages and not next_messages[at] else max(0, end[at] - next_to_hear[at])
        if oldest := next_messages.get(at):
            since[at.topic] = min(oldest, since.get(at.topic, oldest))
    return [Lag(group, topic, messages, since.get(topic)) for topic, messages in sorted(behind.items())]


def folded(rows: Sequence[Lag]) -> list[Lag]:
    """The same, with one row for all the agencies of which everything was heard: there may be hundreds."""
    shown = [row for row in rows if row.messages or not row.topic.startswith(INBOUND)]
    others = [row for row in rows if row not in shown]
    return [*shown, *([Lag(others[0].group, f"{INBOUND}*", 0)] if others else [])]


async def _to_be_heard(admin: AIOKafkaAdminClient, group: str) -> set[str]:
    """Topics that a group is to hear, whether it has acknowledged anything of them or not: agencies' come as these do."""
    if group != INBOUND_GROUP:
        return set()
    return {name for name in await admin.list_topics() if name.startswith(INBOUND)}


async def _next_messages(
    consumer: AIOKafkaConsumer, positions: Mapping[TopicPartition, int]
) -> Mapping[TopicPartition, datetime | None]:
    """When the first message from each of these offsets on was published.

    None where nothing but the marks of transactions, and what was aborted, is left: offsets are no counts. Those of which
    nothing was learnt in time lack.
    """
    found: dict[TopicPartition, datetime | None] = {}
    silent = set(positions)
    if positions:
        consumer.assign(list(positions))
        for at, offset in positions.items():
            consumer.seek(at, offset)
        while records := await consumer.getmany(*silent, timeout_ms=LOOK_MS, max_records=len(positions)):
            found |= {at: datetime.fromtimestamp(of_one[0].timestamp / 1000, UTC) for at, of_one in records.items()}
            silent -= records.keys()
            if not silent:
                break
    return found | {at: None for at in silent if await consumer.position(at) > positions[at]}


async def _acknowledged(admin: AIOKafkaAdminClient, group: str) -> Mapping[TopicPartition, OffsetAndMetadata]:
    for _ in range(TRIES):
        try:
            offsets: Mapping[TopicPartition, OffsetAndMetadata] = await admin.list_consumer_group_offsets(group)
            return offsets
        except GroupCoordinatorNotAvailableError:  # a new Kafka makes its table of groups when first asked
            await asyncio.sleep(0.25)
    raise CannotRun("Kafka n’a pas de coordinateur de groupes : « etabli doctor » dit ce qui ne va pas.")
