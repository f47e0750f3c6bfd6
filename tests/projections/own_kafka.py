"""A Kafka of these tests' own, whose topic they may cut short, empty and make again."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import NewTopic, RecordsToDelete
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from deploy.local.kafka import PROPERTIES_FILE
from deploy.local.kafka import kafka as embedded
from deploy.local.ports import HOST, keep_ports
from deploy.local.process import Process
from deploy.local.servers import Servers
from shared.events.message import Message
from shared.messaging.kafka import Brokers, consumer, create_topics
from shared.messaging.topics import PARTITIONS
from shared.projections.source import Reader, Source
from tests import containers_of_servers as containers
from tests.messaging.topics import asking
from tests.projections.drivers import ends
from tests.servers import FROM_DOCKER, running_all

TOPIC = "etabli.production"
HASTY = "log.retention.check.interval.ms=200\nlog.cleaner.backoff.ms=200\nlog.initial.task.delay.ms=200\n"
"""What it forgets and compacts, it does at once."""


@pytest.fixture(scope="session")
def kafka_apart(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """The mongod of all, and a Kafka that others do not read."""
    folder = tmp_path_factory.mktemp("own-kafka")
    ports = keep_ports(folder / "ports.json", ["kafka", "controller"])
    with running_all(_hasty(folder, **ports)):
        bootstrap = f"{HOST}:{ports['kafka']}"
        asyncio.run(create_topics(Brokers(bootstrap)))
        yield replace(servers, kafka=bootstrap)


def _hasty(folder: Path, *, kafka: int, controller: int) -> Process:
    if FROM_DOCKER:
        return containers.kafka(kafka, HASTY)
    made = embedded(folder / "kafka", port=kafka, controller_port=controller, log=folder / "kafka.log", cluster=uuid4())
    with (folder / "kafka" / PROPERTIES_FILE).open("a") as properties:
        properties.write(HASTY)
    return made


async def delete_before(servers: Servers, offsets: dict[str, int]) -> None:
    """Delete what stands before these offsets, by `topic/partition`."""
    wanted = {TopicPartition(TOPIC, int(name.rsplit("/")[-1])): RecordsToDelete(offset) for name, offset in offsets.items()}
    async with asking(servers.kafka) as admin:
        await admin.delete_records(wanted)


async def empty(servers: Servers) -> None:
    """Delete all that was told, in every partition: what comes next has the offset it would have had."""
    await delete_before(servers, {name: offset for name, offset in (await ends(servers)).items() if offset})


async def make_again(servers: Servers, **configs: str) -> None:
    """Delete the topic, and make one of the same name: its offsets begin at 0 again."""
    async with asking(servers.kafka) as admin:
        await admin.delete_topics([TOPIC])
        for _ in range(100):
            answer = await admin.create_topics([NewTopic(TOPIC, PARTITIONS, 1, topic_configs=configs)])
            if answer.topic_errors[0][1] == 0:
                break
            await asyncio.sleep(0.1)
    await asyncio.sleep(0.5)


async def configure(servers: Servers, configs: dict[str, str]) -> None:
    """Set these configs of the topic."""
    async with asking(servers.kafka) as admin:
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, TOPIC, configs)])


async def is_empty(servers: Servers) -> bool:
    """Whether nothing is left of what was told."""
    async with _reader(servers) as reader:
        return await reader.starts() == await reader.ends()


async def has_gaps(servers: Servers) -> bool:
    """Whether messages lack between the first offset and the last."""
    async with _reader(servers) as reader:
        ends, found = await reader.ends(), 0
        while await reader.positions() != ends:
            found += len(await reader.batch(0.2))
        return found < sum(ends.values()) - sum((await reader.starts()).values())


def _reader(servers: Servers) -> AbstractAsyncContextManager[Reader]:
    return Source([TOPIC], partial(consumer, servers.brokers, fetch_max_wait_ms=100)).read({})


@asynccontextmanager
async def transaction(servers: Servers, messages: Sequence[Message]) -> AsyncIterator[AIOKafkaProducer]:
    """These messages in a transaction, open meanwhile; to be committed or aborted within, or left open until the end."""
    async with AIOKafkaProducer(bootstrap_servers=servers.kafka, transactional_id=f"test-{uuid4()}") as sender:
        await sender.begin_transaction()
        for message in messages:
            await sender.send_and_wait(TOPIC, message.data, key=message.key.encode(), headers=message.headers())
        yield sender
