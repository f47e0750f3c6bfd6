"""A partition whose broker is gone holds up what belongs there, and nothing else of its topic: on two real brokers."""

from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest
import pytest_asyncio
from aiokafka.admin import NewTopic
from aiokafka.partitioner import DefaultPartitioner

from deploy.local.kafka import PROPERTIES_FILE, _format, _java
from deploy.local.kafka_jars import kafka_jars
from deploy.local.ports import HOST, keep_ports
from deploy.local.process import Process
from deploy.local.servers import Servers, running_servers
from shared.persistence.transaction import Persistence
from tests.messaging.outboxes import left, toys
from tests.messaging.test_refused import relaying, until
from tests.messaging.topics import asking

pytestmark = pytest.mark.slow
TOPIC = "two-brokers"
A_WHILE = 40


def a_second_broker(data: Path, first: Path) -> Process:
    """A broker of the first one's cluster, without a controller."""
    port = keep_ports(first.parent / "second.json", ["kafka"])["kafka"]
    data.mkdir()
    told = (first / PROPERTIES_FILE).read_text().splitlines()
    own = {
        "process.roles": "broker", "node.id": "2", "listeners": f"PLAINTEXT://{HOST}:{port}",
        "advertised.listeners": f"PLAINTEXT://{HOST}:{port}",
    }  # fmt: skip
    settings = {**dict(line.split("=", 1) for line in told), **own}
    (data / PROPERTIES_FILE).write_text("\n".join(f"{name}={value}" for name, value in settings.items()))
    meta = dict(line.split("=", 1) for line in (first / "log" / "meta.properties").read_text().splitlines() if "=" in line)
    java = _java(kafka_jars(), data)
    _format(java, data, cluster=UUID(bytes=urlsafe_b64decode(meta["cluster.id"] + "==")))
    command = [*java, "kafka.Kafka", PROPERTIES_FILE]
    return Process("second", command, log=data / "log.txt", ready=lambda: True, folder=data, environment={"LC_ALL": "C.UTF-8"})


@pytest_asyncio.fixture(loop_scope="session")
async def two(tmp_path: Path) -> AsyncIterator[tuple[Servers, Process]]:
    """Two brokers, and a topic of two partitions, one on each."""
    with running_servers(tmp_path) as servers:
        second = a_second_broker(tmp_path / "second", tmp_path / "kafka")
        second.start()
        try:
            await until(lambda: _made(servers), within=A_WHILE)
            yield servers, second
        finally:
            second.kill()


async def _made(servers: Servers) -> bool:
    async with asking(servers.kafka) as admin:
        answer = await admin.create_topics([NewTopic(TOPIC, -1, -1, replica_assignments={0: [1], 1: [2]})])
    return not answer.topic_errors[0][1]


async def test_a_partition_without_a_leader_holds_up_what_belongs_there(
    persistence: Persistence, two: tuple[Servers, Process]
) -> None:
    servers, second = two
    ids = await toys(persistence, TOPIC, 40)
    by_partition: list[list[str]] = [[id for id in ids if DefaultPartitioner()(id.encode(), [0, 1], []) == n] for n in (0, 1)]

    async def left_of(*partitions: int) -> list[int]:
        return await left(persistence, *[id for n in partitions for id in by_partition[n]])

    async def gone(*partitions: int) -> bool:
        return not await left_of(*partitions)

    async with relaying(persistence, servers) as relay:
        await until(lambda: gone(0, 1), within=A_WHILE)
        second.kill()
        ids = await toys(persistence, TOPIC, 40)
        by_partition = [[id for id in ids if DefaultPartitioner()(id.encode(), [0, 1], []) == n] for n in (0, 1)]
        await until(lambda: gone(0))
        assert await until(relay.refusing) == [TOPIC]
        later = await toys(persistence, TOPIC, 40)
        by_partition[0] = [id for id in later if DefaultPartitioner()(id.encode(), [0, 1], []) == 0]
        await until(lambda: gone(0), within=20)
        assert await left_of(1) == [1, 2] * len(by_partition[1])
        assert not relay.kafka_is_away
        second.start()
        by_partition[1] += [id for id in later if id not in by_partition[0]]
        await until(lambda: gone(0, 1), within=A_WHILE)
    assert await relay.refusing() == []
