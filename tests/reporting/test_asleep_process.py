"""Two processes of reporting; the one that keeps the rows is stopped (SIGSTOP) for longer than its lease, and goes on."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from deploy.local.keys import sign
from deploy.local.lag import lags
from deploy.local.ports import keep_ports
from deploy.local.servers import Servers
from services.reporting.projections import PROJECTIONS
from shared.kernel.clock import Clock, real_now
from shared.messaging.kafka import producer
from shared.persistence.lease import LENGTH
from shared.persistence.mongo import Database, connect
from shared.persistence.transaction import Persistence
from shared.projections.tables import Generations
from tests.conftest import DRIVER
from tests.projections.builders import messages_of
from tests.projections.drivers import until

ORDERS = 8_000


@asynccontextmanager
async def reporting(servers: Servers, keys: Path, log: Path, *, instance: str, port: int) -> AsyncIterator[Process]:
    """A process of its own."""
    environment = {
        "KAFKA_BOOTSTRAP_SERVERS": servers.kafka, "MONGODB_URL": servers.mongodb, "ETABLI_JWKS_FILE": str(keys / "jwks.json"),
        "ETABLI_SECRET_FILE": str(keys / "secret"), "ETABLI_INSTANCE": instance, "ETABLI_PORT": str(port),
    }  # fmt: skip
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "services.reporting.main", env={**os.environ, **environment}, stdout=out, stderr=out
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        await process.wait()


@pytest.mark.slow
@pytest.mark.parametrize("seconds_into_the_rebuild", [0.3, 1.0])
async def test_no_row_is_lost_by_who_sleeps_in_a_rebuild_while_another_rebuilds(
    servers: Servers, keys: Path, tmp_path: Path, seconds_into_the_rebuild: float
) -> None:
    await emptied(servers)
    ids = [uuid4() for _ in range(ORDERS)]
    await publish(servers, ids)
    one, two = keep_ports(tmp_path / "ports.json", ["one", "two"]).values()
    database = connect(servers.mongodb, "etabli_reporting", driver=DRIVER)
    async with (
        reporting(servers, keys, tmp_path / "one.log", instance="0", port=one) as sleeper,
        admin(keys, one) as first,
        admin(keys, two) as second,
    ):
        await until(lambda: read(servers))
        async with reporting(servers, keys, tmp_path / "two.log", instance="1", port=two):
            await until(lambda: answers(second))
            assert (await first.post("/admin/rebuild")).status_code == 202
            await asyncio.sleep(seconds_into_the_rebuild)
            sleeper.send_signal(signal.SIGSTOP)
            await asyncio.sleep(LENGTH.total_seconds() + 2)
            assert (await second.post("/admin/rebuild")).status_code == 202
            await until(lambda: rebuilt(second), within=120)
            sleeper.send_signal(signal.SIGCONT)
            await asyncio.sleep(5)
            assert await incomplete(database, ids) == 0
            await until(lambda: read(servers), within=30)
    await database.close()


async def emptied(servers: Servers) -> None:
    database = connect(servers.mongodb, "etabli_reporting", driver=DRIVER)
    await database.drop()
    await database.close()


async def publish(servers: Servers, ids: list[UUID]) -> None:
    async with producer(servers.brokers) as kafka:
        for id in ids:
            for message in messages_of(id):
                await kafka.send("etabli.production", message.data, key=message.key.encode(), headers=message.headers())


@asynccontextmanager
async def admin(keys: Path, port: int) -> AsyncIterator[httpx.AsyncClient]:
    token = sign(keys / "private.pem", "admin", sub="ops", now=real_now(), lifetime=timedelta(hours=1))
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=20) as client:
        yield client


async def answers(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/health/ready")).status_code == 200
    except httpx.TransportError:
        return False


async def rebuilt(client: httpx.AsyncClient) -> bool:
    return not (await client.get("/admin/rebuild")).json()["running"]


async def read(servers: Servers) -> bool:
    """Whether the group has nothing more to read, as `etabli lag` says it."""
    found = await lags(servers.brokers, ["reporting"])
    return bool(found) and not any(one.messages for one in found)


async def incomplete(database: Database, ids: list[UUID]) -> int:
    """How many of these orders have no row, or a row that lacks one of its facts."""
    rows: Any = (await Generations(Persistence(database, "test", Clock()), PROJECTIONS).current())["orders"]
    found = {row["_id"]: row["facts"] for row in await rows.patient().find({"_id": {"$in": [str(id) for id in ids]}})}
    return sum({"school", "accepted_on"} - found.get(str(id), {}).keys() != set() for id in ids)
