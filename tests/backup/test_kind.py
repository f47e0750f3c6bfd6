"""A backup of a simulated stack is put into no real one, nor the reverse."""

from typing import Any

import pytest

from deploy.backup.ground import begin
from deploy.backup.manifest import Manifest
from deploy.local.errors import CannotRun
from shared.kernel.clock import real_now


class Prepared:
    """Databases that a stack of a kind made ready, and that hold nothing else."""

    def __init__(self, *, simulated: bool) -> None:
        self.mark = {"_id": "kind", "simulated": simulated}

    async def rows(self, database: str, name: str, where: dict[str, Any], **_: Any) -> list[dict[str, Any]]:
        return [self.mark] if name == "clock" and where.items() <= self.mark.items() else []

    async def collections(self, database: str) -> dict[str, str]:
        return {"clock": "1"}

    async def insert(self, *_: Any) -> None: ...


@pytest.mark.parametrize("simulated", [True, False])
async def test_a_backup_is_put_into_a_stack_of_its_kind_alone(simulated: bool) -> None:
    made = Manifest(kind="main", build="0", at=real_now(), simulated=simulated, files={})
    with pytest.raises(CannotRun, match="restaurez-la dans une autre"):
        await begin(Prepared(simulated=not simulated), None, made, over_log=True)  # type: ignore[arg-type]
    assert not await begin(Prepared(simulated=simulated), None, made, over_log=True)  # type: ignore[arg-type]
