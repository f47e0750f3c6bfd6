"""What tests of messages begin with."""

from pathlib import Path

import pytest_asyncio

from deploy.local.servers import Servers
from shared.messaging.parking import BEHIND
from shared.persistence.transaction import Persistence
from tests.conftest import starting
from tests.messaging.parked import Here
from tests.messaging.test_consumer import all_committed, toy


@pytest_asyncio.fixture(loop_scope="session")
async def here(persistence: Persistence) -> Here:
    """Message 1 is a bug; 2 and 3 wait behind it."""
    made = Here(persistence)
    await persistence.database.create_collections()
    made.store.failing[1] = ValueError("Dupont")
    await made.hear(1, 2, 3)
    assert await made.codes() == ["bug_ValueError", BEHIND, BEHIND]
    return made


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def toy_caught_up(servers: Servers, keys: Path) -> None:
    """The group of `toy` has heard what other tests told before: what they meant to be parked would be counted here."""
    async with starting(servers, keys)(toy) as here:
        await here.until(lambda: all_committed(servers), within=120)
