"""What tests of parked messages begin with."""

import pytest_asyncio

from shared.messaging.parking import BEHIND
from shared.persistence.transaction import Persistence
from tests.messaging.parked import Here


@pytest_asyncio.fixture(loop_scope="session")
async def here(persistence: Persistence) -> Here:
    """Message 1 is a bug; 2 and 3 wait behind it."""
    made = Here(persistence)
    await persistence.database.create_collections()
    made.store.failing[1] = ValueError("Dupont")
    await made.hear(1, 2, 3)
    assert await made.codes() == ["bug_ValueError", BEHIND, BEHIND]
    return made
