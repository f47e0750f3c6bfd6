"""`etabli rebuild`, asked of a reporting that listens: what it parked is said, and makes it fail."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from typer.testing import CliRunner, Result

from deploy.cli import app as etabli
from deploy.local.folder import locked, written_down
from deploy.local.keys import keys_in
from deploy.local.ports import HOST, keep_ports
from deploy.local.servers import Servers
from deploy.stacks.addresses import Addresses
from services import SERVICES
from services.reporting.main import service
from services.reporting.settings import Settings
from shared.kernel.retry import stop
from shared.messaging.kafka import producer
from tests.conftest import Start


@asynccontextmanager
async def listening(app: FastAPI, folder: Path) -> AsyncIterator[str]:
    """The address where a service that runs in this process answers."""
    port = keep_ports(folder / "ports.json", ["reporting"])["reporting"]
    server = uvicorn.Server(uvicorn.Config(app, host=HOST, port=port, lifespan="off", log_level="warning"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.02)
    yield f"http://{HOST}:{port}"
    server.should_exit = True
    await stop(serving, grace=10)


async def test_a_rebuild_that_parks_a_message_says_so_and_fails(running: Start, servers: Servers, tmp_path: Path) -> None:
    async with producer(servers.brokers) as kafka:
        await kafka.send_and_wait("etabli.production", b"nothing of ours", key=b"somebody")
    async with (
        running(service, Settings, jwks_file=keys_in(tmp_path).public) as here,
        listening(here.app, tmp_path) as url,
    ):
        with locked(tmp_path), written_down(tmp_path, Addresses(dict.fromkeys(SERVICES, url), kafka="", mongodb="", tokens={})):
            result: Result = await asyncio.to_thread(CliRunner().invoke, etabli, ["rebuild", "--data", str(tmp_path)])
        head = await here.store.projector.generations.head()
        parked = await here.store.projector.generations.generation(head.current).parking.left()
    assert (result.exit_code, head.current, parked > 0) == (1, 2, True)
    assert f"Messages mis de côté : {parked}. « etabli parked list » les montre." in result.stderr
