"""A backup is of one instant, fixed before the ends of its log are read, with every collection that there was at it."""

import asyncio
from collections.abc import Mapping
from contextlib import asynccontextmanager
from typing import Any, cast

from deploy.backup.taking import _instant
from deploy.local.servers import Servers
from shared.persistence.dump import Whole, whole
from shared.persistence.mongo import connect


async def test_the_instant_is_fixed_before_anything_else_is_done(servers: Servers) -> None:
    """A stack whose clock is not simulated has no clock to read: that read fixed nothing, and the instant was a later one."""
    database = connect(servers.mongodb, "etabli_production", driver="pymongo")
    await database["there"].insert({"_id": "before"})
    async with whole(servers.mongodb) as mongo, _instant(mongo) as (instant, _):
        await database["there"].insert({"_id": "after"})
        assert [row["_id"] for row in await instant.rows(database.name, "there", {})] == ["before"]
    await database["there"].delete({"_id": {"$in": ["before", "after"]}})
    await database.close()


class Busy:
    """A MongoDB where a collection is made between two looks, twice."""

    def __init__(self) -> None:
        self.looks = 0
        self.instants = 0

    async def collections(self, database: str) -> Mapping[str, str]:
        self.looks += database == "etabli_referral"
        return {"one": "1", "sessions": "3", **({"two": "2"} if self.looks > 1 else {})}

    @asynccontextmanager
    async def at_one_instant(self, _history: int) -> Any:
        self.instants += 1
        yield self

    async def rows(self, *_: Any, **_options: Any) -> list[Any]:
        await asyncio.sleep(0)
        return []


async def test_a_collection_made_before_the_instant_but_after_they_were_listed_is_not_left_out() -> None:
    busy = Busy()
    async with _instant(cast(Whole, busy)) as (_, collections):
        assert busy.instants == 2
        assert all(set(names) == {"one", "two"} for names in collections.values())
