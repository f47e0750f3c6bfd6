"""What mongod says that it was asked for, by its own profiler."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.persistence.mongo import Database

ALL, NONE = 2, 0


async def profile(database: Database, level: int) -> None:
    await database.command({"profile": level})


async def profiled(database: Database, op: str, collection: str) -> Sequence[Mapping[str, Any]]:
    """What was asked of a collection, oldest first."""
    return await database["system.profile"].find({"op": op, "ns": f"{database.name}.{collection}"}, sort=["ts"])
