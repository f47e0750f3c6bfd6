"""A mongod of a test's own, to be killed, frozen and restarted at will."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from deploy.local.mongod import mongod, mongodb_url
from deploy.local.ports import HOST, keep_ports
from deploy.local.process import Process
from shared.kernel.clock import Clock
from shared.persistence.mongo import connect
from shared.persistence.transaction import Persistence
from tests import containers_of_servers as containers
from tests.conftest import A_MORNING, DRIVER
from tests.servers import FROM_DOCKER, WITHIN, frozen


@dataclass(frozen=True)
class Mongod:
    """Its process, and where it answers once it is started."""

    process: Process
    port: int

    @property
    def url(self) -> str:
        return mongodb_url(self.port)

    @property
    def url_whatever_its_state(self) -> str:
        """The same server, even while it belongs to no replica set yet."""
        return f"mongodb://{HOST}:{self.port}/?directConnection=true"

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Its connections stand, and nothing answers."""
        with frozen(self.process):
            yield


@pytest.fixture
def not_started(tmp_path: Path) -> Iterator[Mongod]:
    """A new mongod, not started."""
    port = keep_ports(tmp_path / "ports.json", ["mongod"])["mongod"]
    process = containers.mongod(port) if FROM_DOCKER else mongod(tmp_path / "mongod", port=port, log=tmp_path / "mongod.log")
    yield Mongod(process, port)
    process.stop()


@pytest.fixture
def own(not_started: Mongod) -> Mongod:
    """A new mongod that takes writes."""
    not_started.process.start()
    not_started.process.wait_ready(within=WITHIN)
    return not_started


@pytest_asyncio.fixture(loop_scope="session")
async def own_persistence(own: Mongod) -> AsyncIterator[Persistence]:
    """A persistence on that mongod."""
    database = connect(own.url, "test", driver=DRIVER)
    yield Persistence(database, "test", Clock(A_MORNING))
    await database.close()
