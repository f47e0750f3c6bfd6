"""One running service for the tests that need no empty database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from deploy.local.servers import Servers
from tests.conftest import Running, Start, starting
from tests.referral.builders import refer, referring
from tests.referral.drivers import Case


@pytest_asyncio.fixture(loop_scope="session")
async def api(running: Start) -> AsyncIterator[Running]:
    """The referral service, hearing only what the test says, with three agencies registered."""
    async with referring(running) as here:
        yield here


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def here(servers: Servers, keys: Path) -> AsyncIterator[Running]:
    """The same, once for all the tests of a file: each has references of its own."""
    async with referring(starting(servers, keys)) as found:
        yield found


@pytest_asyncio.fixture(loop_scope="session")
async def case(api: Running) -> AsyncIterator[Case]:
    yield Case(api, await refer(api))
