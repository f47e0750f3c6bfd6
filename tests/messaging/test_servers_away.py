"""A broker that is down at start, a broker or a mongod that goes away and comes back: clear answers, nothing lost."""

import asyncio
import json
import signal
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from fastapi import Request

from deploy.local.process import Process
from deploy.local.servers import Servers
from shared.events.message import Message
from shared.events.production import OrderReceived
from shared.messaging.kafka import create_topics
from shared.persistence.repository import Repository
from shared.persistence.transaction import Persistence
from shared.settings import Settings
from shared.web.app import Service
from shared.web.auth import CurrentCaller
from shared.web.router import Router
from shared.web.runtime import runtime
from tests.conftest import Running, Start
from tests.messaging.drivers import a_process, reading
from tests.persistence.builders import TOYS, Toy, receive
from tests.servers import frozen, servers_in

pytestmark = pytest.mark.slow
FAUST_READS = 3.0
"""Seconds, after which Faust has joined its group."""
A_MINUTE = 65
"""Seconds: longer than every time-out of the clients."""
router = Router()


class Store:
    """Toys that are received over HTTP, and what was heard of them."""

    def __init__(self, persistence: Persistence) -> None:
        self.toys = Repository(persistence, TOYS)
        self.handled = persistence.database["handled"]

    async def prepare(self) -> None:
        """Nothing to index."""


@router.post("/toys/{id}")
async def receive_a_toy(id: uuid.UUID, caller: CurrentCaller, request: Request) -> Toy:
    toy: Toy = await runtime(request).store.toys.acting(caller).create(id, receive, id=id, school=caller.tenant)
    return toy


async def handle(store: Store, _event: Any, message: Message) -> None:
    await store.handled.insert({"key": message.key})


def toy(settings: Settings) -> Service[Store]:
    return Service("production", settings, Store, routers=[router], handlers={OrderReceived: handle})


@pytest_asyncio.fixture(loop_scope="session")
async def own(tmp_path: Path) -> AsyncIterator[Servers]:
    """Servers of this test's own, to be killed at will."""
    with servers_in(tmp_path) as servers:
        await create_topics(servers.brokers)
        yield servers


def process(one: Process | None) -> Process:
    assert one is not None
    return one


async def test_what_is_told_while_the_broker_is_down_is_heard_when_it_comes(own: Servers, running: Start) -> None:
    broker, id = process(own.kafka_process), uuid.uuid4()
    broker.kill()
    async with running(toy, kafka=own.kafka, mongodb=own.mongodb) as here:
        assert (await here.as_("school:dole").post(f"/toys/{id}")).status_code == 200
        ready = await here.until(lambda: _ready(here, kafka="away"))
        assert (ready["status"], ready["pending"]) == ("degraded", 1)
        await asyncio.to_thread(broker.restart)
        await here.until(lambda: here.store.handled.find_one({"key": str(id)}), within=60)
        await here.until(lambda: _ready(here, kafka="ok"))
        assert await here.store.handled.count() == 1


async def test_a_broker_that_stops_is_seen_by_readiness_though_nothing_is_sent(own: Servers, running: Start) -> None:
    broker = process(own.kafka_process)
    async with running(toy, kafka=own.kafka, mongodb=own.mongodb) as here:
        await here.until(lambda: _ready(here, kafka="ok"))
        await here.until(lambda: _up(here, 1.0))
        with frozen(broker):
            ready = await here.until(lambda: _ready(here, kafka="away"), within=15)
            assert ready == {"status": "degraded", "kafka": "away", "pending": 0, "parked": 0, "lost": 0, "refusing": []}
            assert await _up(here, 0.0)
        await here.until(lambda: _ready(here, kafka="ok"))
        broker.kill()
        await here.until(lambda: _ready(here, kafka="away"), within=15)
        await asyncio.to_thread(broker.restart)
        await here.until(lambda: _ready(here, kafka="ok"))
        await here.until(lambda: _up(here, 1.0))


async def test_readiness_answers_in_time_while_mongod_is_frozen(own: Servers, running: Start) -> None:
    mongod = process(own.mongod_process)
    async with running(toy, kafka=own.kafka, mongodb=own.mongodb) as here:
        await here.until(lambda: _ready(here, kafka="ok"))
        with frozen(mongod):
            for _ in range(3):
                started = time.monotonic()
                answer = await here.signed_out().get("/health/ready")
                assert (answer.status_code, answer.json()["code"]) == (503, "database_away")
                assert time.monotonic() - started < 5
        await here.until(lambda: _ready(here, kafka="ok"))


async def test_a_broker_that_is_away_is_not_said_a_thousand_times(own: Servers, keys: Path, tmp_path: Path) -> None:
    async with a_process(own, keys, tmp_path) as (_service, ready):
        await asyncio.sleep(FAUST_READS)
        process(own.kafka_process).kill()
        await asyncio.sleep(30)
        lines = (tmp_path / "service.log").read_text().splitlines()
        assert 1 <= len(lines) < 60, f"{len(lines)} lines: {Counter(json.loads(line)['event'][:60] for line in lines)}"
        await reading(ready, kafka="away")


@pytest.mark.parametrize(
    ("of", "after", "driver", "sent_signal"),
    [
        ("kafka", 0.2, "motor", signal.SIGINT),
        ("kafka", FAUST_READS, "motor", signal.SIGTERM),
        ("mongod", FAUST_READS, "motor", signal.SIGTERM),
        ("mongod", FAUST_READS, "pymongo", signal.SIGINT),
    ],
)
async def test_a_service_ends_in_time_though_a_server_is_frozen(
    own: Servers, keys: Path, tmp_path: Path, of: str, after: float, driver: str, sent_signal: signal.Signals
) -> None:
    server = process(own.kafka_process if of == "kafka" else own.mongod_process)
    async with a_process(own, keys, tmp_path, ETABLI_MONGO_DRIVER=driver) as (service, _ready):
        await asyncio.sleep(after)
        with frozen(server):
            await asyncio.sleep(0.5)
            service.send_signal(sent_signal)
            async with asyncio.timeout(12):
                assert await service.wait() in (0, -sent_signal)


async def test_a_group_that_joined_before_its_topics_were_known_is_given_them_soon(tmp_path: Path, running: Start) -> None:
    with servers_in(tmp_path) as bare:
        id = uuid.uuid4()
        async with running(toy, kafka=bare.kafka, mongodb=bare.mongodb) as here:
            await asyncio.sleep(5)  # Faust has joined by now, to no partition
            await create_topics(bare.brokers)
            assert (await here.as_("school:dole").post(f"/toys/{id}")).status_code == 200
            await here.until(lambda: here.store.handled.find_one({"key": str(id)}), within=45)


async def test_a_broker_that_is_away_for_a_minute_loses_nothing(own: Servers, running: Start) -> None:
    broker, ids = process(own.kafka_process), [uuid.uuid4() for _ in range(30)]
    async with running(toy, kafka=own.kafka, mongodb=own.mongodb) as here:
        school = here.as_("school:dole")
        for rank, id in enumerate(ids):
            if rank == 10:
                broker.kill()
            if rank == 20:
                await asyncio.sleep(A_MINUTE)
                await asyncio.to_thread(broker.restart)
            assert (await school.post(f"/toys/{id}")).status_code == 200

        async def all_handled() -> bool:
            return {row["key"] for row in await here.store.handled.find()} == {str(id) for id in ids}

        await here.until(all_handled, within=60)


async def test_while_mongod_is_away_requests_are_told_so_and_messages_wait(own: Servers, running: Start) -> None:
    mongod, first, second = process(own.mongod_process), uuid.uuid4(), uuid.uuid4()
    async with running(toy, kafka=own.kafka, mongodb=own.mongodb) as here:
        school = here.as_("school:dole")
        assert (await school.post(f"/toys/{first}")).status_code == 200
        await here.until(lambda: here.store.handled.find_one({"key": str(first)}))
        mongod.kill()
        answer = await school.post(f"/toys/{second}")
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "database_away"
        assert (await here.signed_out().get("/health/ready")).status_code == 503
        assert (await here.signed_out().get("/health/live")).status_code == 200
        await asyncio.to_thread(mongod.restart)

        async def accepted() -> bool:
            return (await school.post(f"/toys/{second}")).status_code == 200

        await here.until(accepted, within=60)
        await here.until(lambda: here.store.handled.find_one({"key": str(second)}), within=60)
        assert (await here.as_("admin").get("/admin/parked")).json()["items"] == []


async def _up(here: Running, value: float) -> bool:
    return f"etabli_kafka_up {value}" in (await here.signed_out().get("/metrics")).text


async def _ready(here: Any, *, kafka: str) -> Any:
    answer = (await here.signed_out().get("/health/ready")).json()
    return answer if answer.get("kafka") == kafka else None
