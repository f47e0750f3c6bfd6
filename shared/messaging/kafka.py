"""Kafka clients and topics, with the settings that our guarantees rest on."""

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
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

from shared.kernel.secrets import PasswordFile
from shared.messaging.connecting import saying_why
from shared.messaging.producer import PromptProducer
from shared.messaging.topics import Topic, copies, topics
from shared.messaging.wire.client import Client
from shared.settings import Settings

MECHANISM = "SCRAM-SHA-512"


@dataclass(frozen=True)
class Brokers:
    """A Kafka, and who we are to it: nobody where no user is given. Encrypted where it has a file of its certificate's CA."""

    bootstrap: str
    """HOST:PORT, by commas."""
    user: str | None = None
    password_file: Path | None = None
    ca_file: Path | None = None

    def options(self) -> dict[str, Any]:
        """What a client of aiokafka is given; it reads the password whenever it connects."""
        found: dict[str, Any] = {"bootstrap_servers": self.bootstrap, "security_protocol": self._protocol}
        if self.ca_file:
            found["ssl_context"] = self.ssl_context()
        if self.user and self.password_file:
            password = PasswordFile(self.password_file)
            found |= {"sasl_mechanism": MECHANISM, "sasl_plain_username": self.user, "sasl_plain_password": password}
        return found

    def ssl_context(self) -> ssl.SSLContext | None:
        """That trusts the CA, if there is one. OSError where its file cannot be read."""
        return ssl.create_default_context(cafile=self.ca_file) if self.ca_file else None

    @property
    def _protocol(self) -> str:
        if self.user:
            return "SASL_SSL" if self.ca_file else "SASL_PLAINTEXT"
        return "SSL" if self.ca_file else "PLAINTEXT"


def brokers_of(settings: Settings) -> Brokers:
    """The Kafka of a service, and who the service is to it."""
    return Brokers(settings.kafka, settings.kafka_user, settings.kafka_password_file, settings.kafka_ca_file)


async def create_topics(brokers: Brokers) -> None:
    """Create the topics that are missing, whoever the partners are. Idempotent."""
    await make_missing(brokers, topics())


async def make_missing(brokers: Brokers, wanted: Sequence[Topic]) -> None:
    """Create those of these that are missing, each with as many copies as there are brokers, three at most. Idempotent."""
    admin = AIOKafkaAdminClient(**brokers.options())
    await admin.start()
    try:
        there = set(await admin.list_topics())
        number = copies(len(admin._client.cluster.brokers()))
        missing = [one for one in wanted if one.name not in there]
        new = [NewTopic(one.name, one.partitions, number, topic_configs=dict(one.configs)) for one in missing]
        answer = await admin.create_topics(new) if new else None
        for topic, code, *_rest in answer.topic_errors if answer else ():
            if code not in (0, TopicAlreadyExistsError.errno):
                raise for_code(code)(topic)
    finally:
        await admin.close()


async def ask_brokers(brokers: Brokers, *, within: float = 2.0) -> None:
    """Return when a Kafka there answers a request for metadata with a broker in it. Else raises one of KAFKA_ERRORS.

    ValueError where what is given is no address; `within` is in seconds.
    """
    client = AIOKafkaClient(**brokers.options(), request_timeout_ms=int(within * 1000))
    try:
        async with asyncio.timeout(within):
            await _bootstrap(client)
    finally:
        await client.close()


async def ask_to_read(brokers: Brokers, group: str, topics: Sequence[str], *, within: float = 5.0) -> None:
    """Return when Kafka lets us read these topics as that group; raises what it refuses, or one of KAFKA_ERRORS.

    A consumer that is refused is silent for ever, so it is asked apart: a heartbeat of no member changes nothing, and is
    refused as a member's would be.
    """
    client = AIOKafkaClient(**brokers.options(), request_timeout_ms=int(within * 1000))
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
    async with saying_why(client):
        await client.bootstrap()
    if not client.cluster.brokers():
        raise BrokerNotAvailableError


def producer(brokers: Brokers) -> PromptProducer:
    """Idempotent, acknowledged by all in-sync replicas, batched."""
    return PromptProducer(**brokers.options(), acks="all", enable_idempotence=True, linger_ms=5, request_timeout_ms=20_000)


def producer_one_by_one(brokers: Brokers) -> PromptProducer:
    """Acknowledged by all in-sync replicas, each message by itself: one that is refused takes no other with it.

    Not idempotent: after a refusal, what is numbered would be refused until another producer begins anew.
    """
    return PromptProducer(**brokers.options(), acks="all", max_batch_size=1, request_timeout_ms=20_000)


def consumer(brokers: Brokers, **options: Any) -> Client:
    """Reads what is committed, from the beginning where its group kept no offset; keeps offsets only when told to."""
    return Client(
        **brokers.options(), auto_offset_reset="earliest", enable_auto_commit=False,
        isolation_level="read_committed", **options,
    )  # fmt: skip
