"""Records of a tenant's topic, written by hand as the relay writes them."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

import orjson

from deploy.local.servers import Servers
from shared.events.message import Message, event_id
from shared.kernel.retry import stop
from shared.messaging.following import TenantTopics
from shared.messaging.tenant_topic import Lost, TenantTopic, Told
from tests.messaging.by_hand import Put, put

NOON = datetime(2025, 9, 1, 10, tzinfo=UTC)


OFFERED = "fr.etabli.outbound.place.offered.v1"


def told(sequence: int, *, young: str = "a", teller: str = "enrolment", type: str = OFFERED, said: str = "") -> Put:
    """What a teller's document about a young person tells at this place of its order."""
    source = f"/{teller}/outbound/{young}"
    data = orjson.dumps({"young_id": young, "number": sequence} | ({"said": said} if said else {}))
    message = Message(event_id(source, sequence), source, type, sequence, NOON, young, data, cause="/enrolment/x k#1")
    return Put(young.encode(), data, message.headers())


def seen(told: Iterable[Told | Lost]) -> list[str]:
    """In short: `a1` is the first event about a; `lost` where some are."""
    return ["lost" if isinstance(one, Lost) else f"{one.message.key}{one.message.sequence}" for one in told]


@dataclass
class Follower:
    """Who follows, and what came so far."""

    came: list[Told | Lost] = field(default_factory=list)

    async def until(self, count: int, *, within: float = 30) -> list[str]:
        async with asyncio.timeout(within):
            while len(self.came) < count:
                await asyncio.sleep(0.02)
        return seen(self.came)


@asynccontextmanager
async def following(topics: TenantTopics, topic: TenantTopic, after: int | None = None) -> AsyncIterator[Follower]:
    """Follow a topic within."""
    follower = Follower()

    async def follow() -> None:
        async for one in topics.follow(topic, after):
            follower.came.append(one)

    task = asyncio.create_task(follow())
    try:
        yield follower
    finally:
        with suppress(asyncio.CancelledError):
            await stop(task, grace=5)


async def tell(servers: Servers, topic: TenantTopic, *puts: Put) -> None:
    await put(servers, topic.name, puts)
