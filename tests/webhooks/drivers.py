"""A service with an agency's desk, its topic and its webhooks, as the agency's program goes through them."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest

from deploy.local.servers import Servers
from shared.events.message import Message
from shared.messaging.tenant_topic import TenantTopic, Told, bounds_of, page, told_in
from shared.messaging.topics import outbound
from shared.persistence.transaction import Persistence
from shared.settings import Settings
from shared.web.app import Service
from shared.web.webhooks.routes import router
from shared.web.webhooks.work import send_to_webhooks
from shared.webhooks.store import Webhooks
from tests.conftest import Running, Start
from tests.messaging.tenants import tell, told
from tests.messaging.topics import make


class Store:
    def __init__(self, persistence: Persistence) -> None:
        self.clock, self.database = persistence.clock, persistence.database
        self.webhooks = Webhooks(persistence)

    async def prepare(self) -> None:
        await self.webhooks.prepare()


def a_service(settings: Settings) -> Service[Store]:
    """Referral's webhooks, and nothing else of it."""
    return Service("referral", settings, Store, routers=[router], works=[send_to_webhooks])


class Desk:
    """An agency of its own at a service, and what its program does there."""

    def __init__(self, servers: Servers, here: Running, tenant: str | None = None) -> None:
        self.servers, self.here = servers, here
        self.tenant = tenant or f"cio-{uuid4().hex[:8]}"
        self.topic = TenantTopic(outbound(self.tenant), "referral")
        self.client = here.as_(f"agency:{self.tenant}:manager")

    async def register(self, url: str) -> dict[str, Any]:
        answer = await self.client.post("/webhooks", json={"url": url})
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def read(self, id: str) -> dict[str, Any]:
        read: dict[str, Any] = (await self.client.get(f"/webhooks/{id}")).json()
        return read

    async def ask(self, id: str, verb: str, **body: object) -> httpx.Response:
        return await self.client.post(f"/webhooks/{id}/{verb}", json=body or None)

    async def tells(self, *numbers: int, young: str = "a") -> list[str]:
        """Tell these of a person, as the relay does: the ids."""
        puts = [told(number, young=young, teller="referral") for number in numbers]
        await tell(self.servers, self.topic, *puts)
        return [dict(one.headers)["ce_id"].decode() for one in puts]

    async def until(self, id: str, true: Callable[[dict[str, Any]], object], *, within: float = 30) -> dict[str, Any]:
        """The webhook, once it is so."""

        async def is_so() -> dict[str, Any] | None:
            shown = await self.read(id)
            return shown if true(shown) else None

        found: dict[str, Any] = await self.here.until(is_so, within=within)
        return found

    async def standing(self) -> list[Message]:
        """The words about its webhooks on its stream, once there is one: nothing else keeps them."""

        async def said() -> list[Message]:
            end = (await bounds_of(self.servers.brokers, self.topic)).end
            records, _ = await page(self.servers.brokers, self.topic, -1, end) if end else ([], -1)
            told = [one.message for one in told_in(records, self.topic) if isinstance(one, Told)]
            return [one for one in told if ".webhook." in one.type]

        found: list[Message] = await self.here.until(said)
        return found


async def a_desk(servers: Servers, here: Running) -> Desk:
    """The desk of an agency that nobody has heard of, and its topic."""
    made = Desk(servers, here)
    await make(servers.kafka, made.topic.name)
    return made


OpenDesk = Callable[..., AbstractAsyncContextManager[Desk]]
PLAYGROUND = {"webhooks_to_loopback": True, "webhooks_first_wait": 0.05}


@pytest.fixture
def desk(servers: Servers, running: Start) -> OpenDesk:
    """`async with desk() as at`; keyword arguments are settings."""

    @asynccontextmanager
    async def start(**knobs: object) -> AsyncIterator[Desk]:
        async with running(a_service, **{**PLAYGROUND, **knobs}) as here:
            yield await a_desk(servers, here)

    return start
