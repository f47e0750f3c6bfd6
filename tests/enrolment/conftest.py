"""Enrolment's store on an empty database, whose clock stands on 12 May 2025."""

from datetime import UTC, datetime

import pytest_asyncio

from services.enrolment.store import Store
from shared.kernel.clock import Clock
from shared.persistence.mongo import Database
from shared.persistence.transaction import Persistence


@pytest_asyncio.fixture(loop_scope="session")
async def store(database: Database) -> Store:
    made = Store(Persistence(database, "enrolment", Clock(datetime(2025, 5, 12, 10, tzinfo=UTC))))
    await made.prepare()
    return made
