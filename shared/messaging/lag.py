"""How far a service is behind the end of the topics that it hears, as Kafka has it."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from shared.messaging.kafka import Brokers, consumer
from shared.messaging.topics import PARTITIONS

Positions = Mapping[str, int]
"""The next offset to take in, by `topic/partition`; none where nothing was taken in yet."""
AskPositions = Callable[[], Awaitable[Positions]]


async def behind(brokers: Brokers, topics: Sequence[str], ask_positions: AskPositions) -> Mapping[str, int]:
    """Messages of each topic that are not taken in, at most: what transactions leave between them counts too.

    Raises one of KAFKA_ERRORS.
    """
    partitions = {f"{topic}/{number}": TopicPartition(topic, number) for topic in topics for number in range(PARTITIONS)}
    positions = await ask_positions()
    client = consumer(brokers)
    try:
        await client.start()
        starts = await client.beginning_offsets(list(partitions.values()))
        ends = await client.end_offsets(list(partitions.values()))
    finally:
        await client.stop()
    lag = Counter(dict.fromkeys(topics, 0))
    for name, tp in partitions.items():
        lag[tp.topic] += max(0, ends[tp] - max(starts[tp], positions.get(name, 0)))
    return lag


async def acknowledged(brokers: Brokers, group: str) -> Positions:
    """What a consumer group has acknowledged. Raises one of KAFKA_ERRORS."""
    client = AIOKafkaAdminClient(**brokers.options())
    try:
        await client.start()
        offsets = await client.list_consumer_group_offsets(group)
    finally:
        await client.close()
    return {f"{tp.topic}/{tp.partition}": stored.offset for tp, stored in offsets.items() if stored.offset >= 0}
