"""A database is a simulated one or a real one, for ever: invented facts never mix with true ones."""

from datetime import UTC, datetime

import pytest

from shared.persistence.mongo import Database
from shared.persistence.simulated_clock import is_of_kind, remember


@pytest.mark.parametrize("simulated", [True, False])
async def test_a_database_stays_what_it_was_first(database: Database, simulated: bool) -> None:
    assert await is_of_kind(database, simulated=simulated)
    assert not await is_of_kind(database, simulated=not simulated)
    assert await is_of_kind(database, simulated=simulated)


async def test_one_whose_clock_was_put_is_simulated_even_if_it_never_said_so(database: Database) -> None:
    await remember(database, datetime(2021, 3, 1, tzinfo=UTC))
    assert not await is_of_kind(database, simulated=False)
    assert await is_of_kind(database, simulated=True)
