"""The group's committed offsets show how far the rows are, and never go back, whoever slept in between."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition

from deploy.local.servers import Servers
from shared.kernel.retry import stop
from shared.messaging.kafka import consumer
from shared.projections.group import GroupOffsets
from tests.projections.drivers import until

NAME = "etabli.production/0"
AT = TopicPartition("etabli.production", 0)


class Held:
    """What one holder has read, and whether it still holds the rows."""

    def __init__(self, at: int) -> None:
        self.positions = {NAME: at}
        self.still = True

    async def still_held(self) -> bool:
        return self.still


@pytest.fixture
def group() -> str:
    return f"group-{uuid.uuid4().hex[:8]}"


def offsets(servers: Servers, group: str, producer: Callable[[], AIOKafkaProducer] | None = None) -> GroupOffsets:
    def real() -> AIOKafkaProducer:
        return AIOKafkaProducer(bootstrap_servers=servers.kafka, transactional_id=f"{group}-offsets")

    return GroupOffsets(group, {NAME: AT}, producer or real, timeout=10 if producer is None else 0.3)


@asynccontextmanager
async def showing(of: GroupOffsets, holder: Held) -> AsyncIterator["asyncio.Task[None]"]:
    task = asyncio.create_task(of.show(lambda: holder.positions, holder.still_held))
    try:
        yield task
    finally:
        await stop(task, grace=10)


def committed(servers: Servers, group: str, offset: int) -> Callable[[], Awaitable[bool]]:
    async def is_committed() -> bool:
        async with consumer(servers.brokers, group_id=group) as client:
            return bool(await client.committed(AT) == offset)

    return is_committed


async def test_what_a_sleeper_commits_once_another_holds_the_rows_is_refused(servers: Servers, group: str) -> None:
    sleeper, other = Held(5), Held(9)
    async with showing(offsets(servers, group), sleeper) as sleeping:
        await until(committed(servers, group, 5))
        async with showing(offsets(servers, group), other):
            await until(committed(servers, group, 9))
            sleeper.still, sleeper.positions = False, {NAME: 6}
            async with asyncio.timeout(30):
                await sleeping
            assert await committed(servers, group, 9)()
            other.positions = {NAME: 10}
            await until(committed(servers, group, 10))


async def test_a_coordinator_that_is_away_is_waited_for(servers: Servers, group: str) -> None:
    class Away:
        """A producer whose coordinator does not answer."""

        async def start(self) -> None:
            await asyncio.Event().wait()

        async def stop(self) -> None:
            pass

    made: list[Any] = [Away()]
    real = offsets(servers, group)._producer
    async with showing(offsets(servers, group, lambda: made.pop() if made else real()), Held(7)):
        await until(committed(servers, group, 7))
