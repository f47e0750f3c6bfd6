"""Kafka clients and topics, with the settings that our guarantees rest on."""

import asyncio
from typing import Any

from aiokafka import AIOKafkaClient, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import BrokerNotAvailableError, KafkaError, TopicAlreadyExistsError, for_code

from shared.events import TOPICS
from shared.messaging.wire.client import Client

PARTITIONS = 12
TRANSIENT = (KafkaError, OSError, TimeoutError)
"""What a broker that is unreachable or electing makes aiokafka raise."""


def dead_letters(topic: str) -> str:
    """The topic of coordinates and error codes of what could not be handled from `topic`; never a value."""
    return f"dlq.{topic}"


async def create_topics(bootstrap: str, *, replicas: int = 1) -> None:
    """Create what is missing: twelve partitions and full history for events, thirty days for dead letters. Idempotent."""
    forever = {"retention.ms": "-1"}
    month = {"retention.ms": str(30 * 24 * 3600 * 1000)}
    wanted = [NewTopic(topic, PARTITIONS, replicas, topic_configs=forever) for topic in TOPICS]
    wanted += [NewTopic(dead_letters(topic), 1, replicas, topic_configs=month) for topic in TOPICS]
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        answer = await admin.create_topics(wanted)
        for _topic, code, *_rest in answer.topic_errors:
            if code not in (0, TopicAlreadyExistsError.errno):
                raise for_code(code)
    finally:
        await admin.close()


async def ask_brokers(bootstrap: str, *, within: float = 2.0) -> None:
    """Return when a Kafka there answers a request for metadata with a broker in it. Else raises one of TRANSIENT.

    ValueError where `bootstrap` is no address; `within` is in seconds.
    """
    client = AIOKafkaClient(bootstrap_servers=bootstrap, request_timeout_ms=int(within * 1000))
    try:
        async with asyncio.timeout(within):
            await client.bootstrap()
        if not client.cluster.brokers():
            raise BrokerNotAvailableError
    finally:
        await client.close()


def producer(bootstrap: str) -> AIOKafkaProducer:
    """Idempotent, acknowledged by all in-sync replicas, batched."""
    return AIOKafkaProducer(
        bootstrap_servers=bootstrap, acks="all", enable_idempotence=True, linger_ms=5, request_timeout_ms=20_000
    )


def consumer(bootstrap: str | list[str], **options: Any) -> Client:
    """Reads what is committed, from the beginning where its group kept no offset; keeps offsets only when told to."""
    return Client(
        bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False,
        isolation_level="read_committed", **options,
    )  # fmt: skip
