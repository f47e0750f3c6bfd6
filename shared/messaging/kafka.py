"""Kafka clients and topics, with the settings that our guarantees rest on."""

import asyncio
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaClient
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.client import CoordinationType
from aiokafka.errors import (
    BrokerNotAvailableError,
    GroupAuthorizationFailedError,
    TopicAlreadyExistsError,
    TopicAuthorizationFailedError,
    for_code,
)
from aiokafka.protocol.group import HeartbeatRequest

from shared.events import TOPICS
from shared.messaging.producer import PromptProducer
from shared.messaging.wire.client import Client

PARTITIONS = 12


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
        for topic, code, *_rest in answer.topic_errors:
            if code not in (0, TopicAlreadyExistsError.errno):
                raise for_code(code)(topic)
    finally:
        await admin.close()


async def ask_brokers(bootstrap: str, *, within: float = 2.0) -> None:
    """Return when a Kafka there answers a request for metadata with a broker in it. Else raises one of KAFKA_ERRORS.

    ValueError where `bootstrap` is no address; `within` is in seconds.
    """
    client = AIOKafkaClient(bootstrap_servers=bootstrap, request_timeout_ms=int(within * 1000))
    try:
        async with asyncio.timeout(within):
            await _bootstrap(client)
    finally:
        await client.close()


async def ask_to_read(bootstrap: str, group: str, topics: Sequence[str], *, within: float = 5.0) -> None:
    """Return when Kafka lets us read these topics as that group; raises what it refuses, or one of KAFKA_ERRORS.

    A consumer that is refused is silent for ever, so it is asked apart: a heartbeat of no member changes nothing, and is
    refused as a member's would be.
    """
    client = AIOKafkaClient(bootstrap_servers=bootstrap, request_timeout_ms=int(within * 1000))
    try:
        async with asyncio.timeout(within):
            await _bootstrap(client)
            await client.set_topics(topics)
            if client.cluster.unauthorized_topics:
                raise TopicAuthorizationFailedError(sorted(client.cluster.unauthorized_topics))
            coordinator = await client.coordinator_lookup(CoordinationType.GROUP, group)
            answer = await client.send(coordinator, HeartbeatRequest(group, -1, ""))
            if answer.error_code == GroupAuthorizationFailedError.errno:
                raise GroupAuthorizationFailedError(group)
    finally:
        await client.close()


async def _bootstrap(client: AIOKafkaClient) -> None:
    """A broker that is just back answers before it knows of any: asking one of none is an assertion that fails."""
    await client.bootstrap()
    if not client.cluster.brokers():
        raise BrokerNotAvailableError


def producer(bootstrap: str) -> PromptProducer:
    """Idempotent, acknowledged by all in-sync replicas, batched."""
    return PromptProducer(
        bootstrap_servers=bootstrap, acks="all", enable_idempotence=True, linger_ms=5, request_timeout_ms=20_000
    )


def producer_one_by_one(bootstrap: str) -> PromptProducer:
    """Acknowledged by all in-sync replicas, each message by itself: one that is refused takes no other with it.

    Not idempotent: after a refusal, what is numbered would be refused until another producer begins anew.
    """
    return PromptProducer(bootstrap_servers=bootstrap, acks="all", max_batch_size=1, request_timeout_ms=20_000)


def consumer(bootstrap: str | list[str], **options: Any) -> Client:
    """Reads what is committed, from the beginning where its group kept no offset; keeps offsets only when told to."""
    return Client(
        bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False,
        isolation_level="read_committed", **options,
    )  # fmt: skip
