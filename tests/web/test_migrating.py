"""A service that still puts what it keeps into this version's form says so, and is not ready."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import httpx

from deploy.local.servers import Servers
from shared.persistence.migrations import Step
from shared.persistence.mongo import connect
from shared.persistence.restoring import RESTORING
from shared.persistence.transaction import Persistence
from shared.persistence.writes import Row
from shared.settings import Settings
from shared.web.app import Service, build


class Store:
    """One row of a version before."""

    def __init__(self, persistence: Persistence) -> None:
        self.rows = persistence.database["rows"]
        self.go_on = asyncio.Event()

    async def prepare(self) -> None:
        await self.rows.update({"_id": "one"}, {"$set": {"old": 1}}, upsert=True)

    def migrations(self) -> Sequence[Step]:
        return [Step("001 slow", self.rows, {"old": 1}, self.mend)]

    async def mend(self, row: Row) -> None:
        await self.go_on.wait()
        await self.rows.update({"_id": row["_id"]}, {"$set": {"old": 2}})


async def test_a_service_that_migrates_is_not_ready_says_why_and_is_ready_once_it_is_done(servers: Servers, keys: Path) -> None:
    settings = Settings(
        kafka=servers.kafka, mongodb=servers.mongodb, jwks_file=keys / "jwks.json", secret_file=keys / "secret", max_backoff=0.5
    )
    app = build(Service("migrating", settings, Store, migrations=Store.migrations))
    transport = httpx.ASGITransport(app=app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://etabli") as client:
        codes = [await _ready(client, "migrating")]
        assert (await client.get("/schools")).json()["code"] == "starting"
        app.state.runtime.store.go_on.set()
        codes.append(await _ready(client, "ok"))
        assert codes == [503, 200]
        assert await app.state.runtime.store.rows.find() == [{"_id": "one", "old": 2}]
    await app.state.runtime.persistence.database.drop()


async def test_a_service_waits_for_a_restore_that_is_not_finished(servers: Servers, keys: Path) -> None:
    settings = Settings(
        kafka=servers.kafka, mongodb=servers.mongodb, jwks_file=keys / "jwks.json", secret_file=keys / "secret", max_backoff=0.5
    )
    app = build(Service("restored", settings, Store))
    database = connect(servers.mongodb, "etabli_restored")
    await database[RESTORING].insert({"_id": "restore"})
    transport = httpx.ASGITransport(app=app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://etabli") as client:
        assert await _ready(client, "starting") == 503
        assert await database.names() == {RESTORING}
        await database[RESTORING].delete({"_id": "restore"})
        assert await _ready(client, "ok") == 200
    await database.drop()
    await database.close()


async def _ready(client: httpx.AsyncClient, wanted: str) -> int:
    async with asyncio.timeout(60):
        while True:
            answer = await client.get("/health/ready")
            said = answer.json()
            if wanted in (said.get("code"), said["status"]):
                return answer.status_code
            await asyncio.sleep(0.02)
