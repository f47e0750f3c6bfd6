"""Reporting with a region in its rows."""

from collections.abc import AsyncIterator

import pytest_asyncio

from services.reporting.main import service
from services.reporting.settings import Settings
from tests.conftest import Running, Start
from tests.reporting.drivers import project
from tests.reporting.region import ALONE, TODAY, a_region


@pytest_asyncio.fixture(loop_scope="session")
async def reporting(running: Start) -> AsyncIterator[Running]:
    """Reporting on 10 February 2026, with five schools and three cohorts of six."""
    async with running(service, Settings, **ALONE) as here:
        await project(here, a_region(cohorts=3, pupils=6, weeks=2, today=TODAY).messages)
        yield here
