"""A Kafka that has an authorizer: what it refuses is named and said, the rest goes on, and a rule taken back is seen."""

import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiokafka.protocol.admin import CreateAclsRequest, DeleteAclsRequest

from deploy.local.kafka import PROPERTIES_FILE
from deploy.local.servers import Servers, running_servers
from shared.messaging.kafka import create_topics
from shared.persistence.transaction import Persistence
from tests.conftest import Start
from tests.messaging.outboxes import left, toys
from tests.messaging.test_refused import relaying, until
from tests.messaging.test_servers_away import toy
from tests.messaging.topics import asking, make

pytestmark = pytest.mark.slow
AUTHORIZER = """
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=true
"""
TOPIC, GROUP, LITERAL = 2, 3, 3
READ, WRITE, DESCRIBE = 3, 4, 8
DENY, ALLOW = 2, 3
EVERYBODY = ("User:*", "*")


@pytest_asyncio.fixture(loop_scope="session")
async def guarded(tmp_path: Path) -> AsyncIterator[Servers]:
    """Servers of this test's own, whose Kafka allows what no rule is about."""
    with running_servers(tmp_path) as servers:
        with (tmp_path / "kafka" / PROPERTIES_FILE).open("a") as properties:
            properties.write(AUTHORIZER)
        assert servers.kafka_process is not None
        servers.kafka_process.restart()
        yield servers


async def rule(servers: Servers, kind: int, name: str, operation: int, permission: int = DENY) -> None:
    async with asking(servers.kafka) as admin:
        answer = await admin._send_request(CreateAclsRequest(kind, name, LITERAL, *EVERYBODY, operation, permission))
    assert answer.creation_responses[0][0] == 0, answer


async def take_back(servers: Servers, kind: int, name: str, operation: int) -> None:
    async with asking(servers.kafka) as admin:
        answer = await admin._send_request(DeleteAclsRequest(kind, name, LITERAL, *EVERYBODY, operation, DENY))
    assert answer.filter_responses[0][0] == 0, answer


@pytest.mark.parametrize("operation", [WRITE, DESCRIBE])
async def test_a_topic_that_we_may_not_write_holds_up_its_own_documents(
    persistence: Persistence, guarded: Servers, operation: int
) -> None:
    bad, good = f"bad-{uuid.uuid4()}", f"good-{uuid.uuid4()}"
    for topic in (bad, good):
        await make(guarded.kafka, topic)
    await rule(guarded, TOPIC, bad, operation)
    for allowed in (DESCRIBE, WRITE):
        await rule(guarded, TOPIC, bad, allowed, ALLOW)
    async with relaying(persistence, guarded) as relay:
        held = await toys(persistence, bad, 30)
        assert await until(relay.refusing) == [bad]
        went = await toys(persistence, good, 30)
        await until(lambda: _none(persistence, went), within=20)
        assert await left(persistence, *held) == [1, 2] * 30
        assert not relay.kafka_is_away
        await take_back(guarded, TOPIC, bad, operation)
        await until(lambda: _none(persistence, held))


@pytest.mark.parametrize(("kind", "name"), [(GROUP, "production"), (TOPIC, "etabli.production")])
async def test_a_service_that_may_not_read_says_so_and_reads_once_it_may(
    guarded: Servers, running: Start, kind: int, name: str
) -> None:
    await create_topics(guarded.brokers)
    async with running(toy, kafka=guarded.kafka, mongodb=guarded.mongodb) as here:

        async def reads() -> bool:
            id = uuid.uuid4()
            assert (await here.as_("school:dole").post(f"/toys/{id}")).status_code == 200
            return bool(await here.until(lambda: here.store.handled.find_one({"key": str(id)})))

        async def refused() -> bool:
            state = (await here.signed_out().get("/health/ready")).json()
            return bool(state["status"] == "degraded" and state["kafka"] == "ok" and "group:production" in state["refusing"])

        assert await reads()
        await rule(guarded, kind, name, READ)
        await here.until(refused)
        await take_back(guarded, kind, name, READ)
        assert await reads()
        assert not await refused()


async def _none(persistence: Persistence, ids: list[str]) -> bool:
    return not await left(persistence, *ids)
