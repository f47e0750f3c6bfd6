"""Rows of a small region, and readings of them that have read and counted once."""

import pytest
import pytest_asyncio

from deploy.bench.publisher import Publisher
from deploy.bench.region import TODAY
from services.reporting.projections import PROJECTIONS
from services.reporting.readings import Readings
from shared.kernel.clock import Clock
from shared.persistence.transaction import Persistence
from shared.projections.tables import Generations
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
