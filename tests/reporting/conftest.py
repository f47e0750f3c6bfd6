"""Rows of a small region, and readings of them that have read and counted once."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from deploy.bench.publisher import Publisher
from deploy.bench.region import ALONE, TODAY, a_region
from services.reporting.main import service
from services.reporting.projections import PROJECTIONS
from services.reporting.readings import Readings
from services.reporting.settings import Settings
from shared.kernel.clock import Clock
from shared.persistence.transaction import Persistence
from shared.projections.tables import Generations
from tests.conftest import Running, Start
from tests.reporting.drivers import project
from tests.reporting.now import REGION, fold, shown


@pytest_asyncio.fixture(loop_scope="session")
async def generations(persistence: Persistence) -> Generations:
    """With a small region in the rows."""
    found = Generations(persistence, PROJECTIONS)
    await found.prepare()
    await fold(found, REGION)
    await found.mark()
    return found


@pytest.fixture
def clock() -> Clock:
    return Clock(Publisher.noon(TODAY))


@pytest_asyncio.fixture(loop_scope="session")
async def readings(generations: Generations, clock: Clock) -> Readings:
    """That have read once, and counted."""
    found = Readings(generations, clock)
    await shown(found)
    return found


@pytest_asyncio.fixture(loop_scope="session")
async def reporting(running: Start) -> AsyncIterator[Running]:
    """Reporting on 10 February 2026, with five schools and three cohorts of six."""
    async with running(service, Settings, **ALONE) as here:
        await project(here, a_region(cohorts=3, pupils=6, weeks=2, today=TODAY).messages)
        yield here
