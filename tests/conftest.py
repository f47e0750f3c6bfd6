"""The real servers, a fresh database for each test, and services running in this process with signed callers."""

import ast
import asyncio
import os
import signal
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import hypothesis
import pytest
import pytest_asyncio
from fastapi import FastAPI

from deploy.local import ports
from deploy.local.keys import make_keys, sign
from deploy.local.servers import Servers
from shared.kernel.caller import Grant
from shared.kernel.clock import Clock, real_now
from shared.messaging import dispatcher
from shared.messaging.kafka import create_topics
from shared.persistence.migrations import Migrations
from shared.persistence.mongo import MUCH, Database, connect
from shared.persistence.transaction import Persistence
from shared.persistence.writes import Row
from shared.settings import Settings
from shared.web import background
from shared.web.app import Service, build
from shared.web.runtime import Runtime, runtime_of
from tests.contracts.conformance import described_once, holds_to_contract
from tests.servers import ensure_they_can_be_had, servers_in
from tests.syntax import parse

ast.parse = parse
ENDED: list[int] = []
"""With which status a service in this process, which could not go on, would have ended it: and all tests, without a word."""
for module in (background, dispatcher):
    setattr(module, "os", SimpleNamespace(_exit=ENDED.append))  # noqa: B010
pytest_plugins = ["tests.own_mongod", "tests.projections.own_kafka"]
hypothesis.settings.register_profile("etabli", hypothesis.settings.default, deadline=None)
hypothesis.settings.load_profile("etabli")  # no example is late: the machine may be slow

DRIVER: Any = os.environ.get("ETABLI_MONGO_DRIVER", "motor")
WRITTEN_FOR = 20.0
"""Seconds that what a stopped service had asked for may take, at most: a transaction ends long before."""
A_MORNING = datetime(2025, 9, 1, 6, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Kafka and mongod, once for the session, with the topics."""
    with servers_in(tmp_path_factory.mktemp("servers")) as running:
        asyncio.run(create_topics(running.brokers))
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def database(servers: Servers) -> AsyncIterator[Database]:
    """An empty database of this test's own."""
    fresh = connect(servers.mongodb, f"test_{uuid.uuid4().hex[:12]}", driver=DRIVER)
    yield fresh
    await fresh.drop()
    await fresh.close()


@pytest.fixture
def persistence(database: Database) -> Persistence:
    """A persistence on an empty database, whose clock stands on 1 September 2025, eight in the morning in Paris."""
    return Persistence(database, "production", Clock(A_MORNING))


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the signing key, its JWKS, the secret of hashes, and the key of the vault, which the environment names."""
    folder = tmp_path_factory.mktemp("keys")
    make_keys(folder / "private.pem", folder / "jwks.json")
    (folder / "secret").write_text("5" * 64)
    (folder / "vault-key").write_text("7" * 64)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("ETABLI_VAULT_KEY_FILE", str(folder / "vault-key"))
        yield folder


@dataclass
class Running:
    """A service in this process. `as_` gives a client signed in as that scope (`school:besancon:head`).

    Every answer is held to the service's OpenAPI.
    """

    app: FastAPI
    service: Service[Any]
    _keys: Path
    _clients: list[httpx.AsyncClient] = field(default_factory=list)

    def as_(self, scope: str, *, sub: str = "someone") -> httpx.AsyncClient:
        token = sign(self._keys / "private.pem", scope, sub=sub, now=real_now(), lifetime=timedelta(hours=1))
        return self._client({"Authorization": f"Bearer {token}"})

    def signed_out(self) -> httpx.AsyncClient:
        return self._client({})

    def browser(self, origin: str = "http://127.0.0.1") -> httpx.AsyncClient:
        """Somebody's browser, which keeps cookies; on this machine, where they need no TLS."""
        return self._client({}, origin)

    async def signed_in(self, scope: str, *, sub: str = "someone", name: str = "Marie Curie") -> httpx.AsyncClient:
        """A browser in which somebody is signed in as that scope."""
        sessions, browser = self.runtime.desk.sessions, self.browser()
        _, cookie = await sessions.begin(Grant.parse(scope).held_by(sub), name)
        browser.cookies.set(sessions.cookie, cookie)
        return browser

    def _client(self, headers: dict[str, str], origin: str = "http://etabli") -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        hooks = {"response": [holds_to_contract(self.app)]}
        client = httpx.AsyncClient(transport=transport, base_url=origin, headers=headers, event_hooks=hooks)
        self._clients.append(client)
        return client

    @property
    def settings(self) -> Settings:
        return self.service.settings

    @property
    def runtime(self) -> Runtime[Any]:
        return runtime_of(self.app)

    @property
    def store(self) -> Any:
        return self.runtime.store

    async def migrate(self) -> None:
        """Have done again what a start does with what earlier builds kept."""
        await Migrations(self.store.database, self.runtime.migrations.steps, holder="again").run()

    async def until(self, true: Callable[[], Any], *, within: float = 60) -> Any:
        """Wait for an async condition to give something true, and return that."""
        async with asyncio.timeout(within):
            while not (found := await true()):
                await asyncio.sleep(0.02)
            return found


Start = Callable[..., AbstractAsyncContextManager[Running]]


@pytest.fixture
def running(servers: Servers, keys: Path) -> Start:
    """`async with running(make_service) as r`: see `starting`."""
    return starting(servers, keys)


def starting(servers: Servers, keys: Path) -> Start:
    """`async with running(make_service) as r`: the service of `make_service(settings)`, on an emptied database.

    Its group keeps its offsets from test to test: what earlier tests told is not heard again. Keyword arguments are
    settings. The simulated clock stands on 1 September 2025 unless `simulated_start` says otherwise. With `fresh=False` it is
    another replica, on the database as it is.
    """

    @asynccontextmanager
    async def start(
        make: Callable[[Settings], Service[Any]], settings: type[Settings] = Settings, *, fresh: bool = True, **knobs: Any
    ) -> AsyncIterator[Running]:
        defaults = {
            "kafka": servers.kafka, "mongodb": servers.mongodb, "jwks_file": keys / "jwks.json", "secret_file": keys / "secret",
            "simulated": True, "simulated_start": A_MORNING.isoformat(), "max_backoff": 0.5, "rate_per_organisation": 0,
            "rate_per_address": 0,
        }  # fmt: skip
        service = make(settings(**{**defaults, **knobs}))
        own_database = f"etabli_{service.name}"
        app = build(service)
        described_once(service, app)
        async with AsyncExitStack() as stack:
            if fresh:
                await emptied(servers, own_database)
            await stack.enter_async_context(app.router.lifespan_context(app))
            here = Running(app, service, keys)
            async with asyncio.timeout(60):
                while not here.runtime.prepared:
                    await asyncio.sleep(0.02)
            yield here
            for client in here._clients:
                await client.aclose()
        ended = [ENDED.pop() for _ in ENDED[:]]
        assert not ended, "a service ended its process: what it wrote says why"

    return start


async def emptied(servers: Servers, name: str) -> None:
    """A database without a document, whose collections and indexes are left: to make them anew takes four times a start.

    A collection with options (a validator, a profile) goes with them. What a service before had asked for may still be written
    after its end: it is waited for, and goes too.
    """
    database = connect(servers.mongodb, name, driver=DRIVER)
    listed = await database.command({"listCollections": 1, "cursor": {"batchSize": 10_000}})
    for one in (one for one in listed["cursor"]["firstBatch"] if one["options"]):
        await database.command({"drop": one["name"]}, limit=MUCH)
    names = [one["name"] for one in listed["cursor"]["firstBatch"] if not one["options"]]
    until = time.monotonic() + WRITTEN_FOR
    while time.monotonic() < until:
        if await _is_being_written(database):
            await asyncio.sleep(0.01)
        elif left := await _not_empty(database, names):
            for one in left:
                await database.command({"delete": one, "deletes": [{"q": {}, "limit": 0}]}, limit=MUCH)
        else:
            break
    await database.close()


async def _not_empty(database: Database, names: Sequence[str]) -> list[str]:
    if not names:
        return []
    each = [[{"$limit": 1}, {"$project": {"_id": name}}] for name in names]
    others = [{"$unionWith": {"coll": name, "pipeline": one}} for name, one in zip(names[1:], each[1:], strict=True)]
    reply = await database.command({"aggregate": names[0], "pipeline": [*each[0], *others], "cursor": {"batchSize": len(names)}})
    return [one["_id"] for one in reply["cursor"]["firstBatch"]]


async def _is_being_written(database: Database) -> bool:
    """Whether mongod is at something of this database, or commits something: a driver that is stopped does not stop it."""
    of_it = {"$or": [{"ns": {"$regex": rf"^{database.name}\."}}, {"command.commitTransaction": {"$exists": True}}]}
    asked: Row = {"aggregate": 1, "pipeline": [{"$currentOp": {}}, {"$match": {"active": True, **of_it}}], "cursor": {}}
    async with database.verb(MUCH) as client:
        reply = await client["admin"].command(asked)
    return bool(reply["cursor"]["firstBatch"])


def pytest_configure(config: pytest.Config) -> None:
    signal.signal(signal.SIGTERM, lambda *_: pytest.exit("Terminated.", returncode=143))  # with the end of every fixture
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 3
    ports.CANDIDATES = range(20_000 + 4_000 * worker, 24_000 + 4_000 * worker)  # no worker takes what another looks at
    os.environ.setdefault("ETABLI_LOG_LEVEL", "WARNING")
    ensure_they_can_be_had()
