"""Who keeps the rows says so, and says when they do no longer, whatever is away."""

from typing import Any

import pytest
from prometheus_client import REGISTRY

from shared.metrics import PROJECTORS
from shared.persistence.failures import Away
from shared.projections.projector import Projector


class Lost:
    """Of a database that is away: what was asked for, and a lease that ran out meanwhile."""

    held = False

    async def head(self) -> Any:
        raise Away


async def test_who_lost_the_lease_shows_it_while_the_database_is_away() -> None:
    lost: Any = Lost()
    PROJECTORS.set(1)
    with pytest.raises(Away):
        await Projector(lost, lost, lost, lost).positions()
    assert REGISTRY.get_sample_value("etabli_projector_active") == 0
