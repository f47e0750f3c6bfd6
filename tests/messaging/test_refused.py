"""What Kafka refuses holds its own documents up, in order, and no others; healed, it is published; on a real Kafka."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest

from deploy.local.servers import Servers
from shared.kernel.retry import stop
from shared.messaging.kafka import ask_brokers, consumer, producer, producer_one_by_one
from shared.messaging.relay import Relay
from shared.persistence.transaction import Persistence
from tests.messaging.outboxes import a_toy, left, toys
from tests.messaging.topics import delete, let_in, make

SMALL = 300
"""Bytes, less than any of our messages."""
SOON = 15


@asynccontextmanager
async def relaying(persistence: Persistence, servers: Servers) -> AsyncIterator[Relay]:
    relay = Relay(
        persistence, producer=partial(producer, servers.brokers), one_by_one=partial(producer_one_by_one, servers.brokers),
        ask_brokers=partial(ask_brokers, servers.brokers), holder="one", max_backoff=0.5,
    )  # fmt: skip
    await relay.prepare()
    task = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        assert await stop(task, grace=10)


async def until(true: Callable[[], Awaitable[Any]], *, within: float = SOON) -> Any:
    async with asyncio.timeout(within):
        while not (found := await true()):
            await asyncio.sleep(0.05)
        return found


async def published(servers: Servers, topic: str, count: int) -> list[tuple[str, int]]:
    """Key and sequence of the first `count` messages of a topic."""
    found: list[tuple[str, int]] = []
    async with consumer(servers.brokers) as reader, asyncio.timeout(SOON):
        reader.subscribe([topic])
        while len(found) < count:
            batches = await reader.getmany(timeout_ms=200)
            records = [record for batch in batches.values() for record in batch]
            found += [(record.key.decode(), int(dict(record.headers)["ce_sequence"])) for record in records]
    return found


async def too_small(servers: Servers, topic: str) -> None:
    await make(servers.kafka, topic, max_message_bytes=str(SMALL))


async def missing(_servers: Servers, _topic: str) -> None:
    """It is not there."""


async def enlarged(servers: Servers, topic: str) -> None:
    await let_in(servers.kafka, topic, 1_000_000)


async def appeared(servers: Servers, topic: str) -> None:
    await make(servers.kafka, topic)


@pytest.mark.parametrize(("refusing", "healed"), [(too_small, enlarged), (missing, appeared)], ids=["size", "unknown"])
async def test_a_topic_that_refuses_holds_up_its_own_documents_until_it_is_healed(
    persistence: Persistence, servers: Servers, refusing: Any, healed: Any
) -> None:
    bad, good = f"bad-{uuid.uuid4()}", f"good-{uuid.uuid4()}"
    await refusing(servers, bad)
    await make(servers.kafka, good)
    held = await toys(persistence, bad, 3)
    async with relaying(persistence, servers) as relay:
        first = await a_toy(persistence, good)
        await until(lambda: _nothing_left(persistence, first))
        assert await until(relay.refusing) == [bad]
        later = await a_toy(persistence, good)
        await until(lambda: _nothing_left(persistence, later), within=5)
        assert await left(persistence, *held) == [1, 2] * 3
        assert await relay.pending(10) == 3
        assert await relay.pending(10, held=False) == 0
        await healed(servers, bad)
        await until(lambda: _nothing_left(persistence, *held))
        assert await until(lambda: _refuses_nothing(relay))
    told = await published(servers, bad, 6)
    assert {id: [sequence for key, sequence in told if key == id] for id in held} == {id: [1, 2] for id in held}


async def test_a_topic_deleted_under_a_running_relay_holds_up_its_own_documents(
    persistence: Persistence, servers: Servers
) -> None:
    bad, good = f"bad-{uuid.uuid4()}", f"good-{uuid.uuid4()}"
    for topic in (bad, good):
        await make(servers.kafka, topic)
    async with relaying(persistence, servers) as relay:
        known = await a_toy(persistence, bad)
        await until(lambda: _nothing_left(persistence, known))
        await delete(servers.kafka, bad)
        held = await a_toy(persistence, bad)
        assert await until(relay.refusing) == [bad]
        went = await a_toy(persistence, good)
        await until(lambda: _nothing_left(persistence, went))
        await make(servers.kafka, bad)
        await until(lambda: _nothing_left(persistence, held))


async def test_a_message_too_large_for_its_topic_takes_no_other_of_its_batch_with_it(
    persistence: Persistence, servers: Servers
) -> None:
    topic = f"small-{uuid.uuid4()}"
    await make(servers.kafka, topic, max_message_bytes="2000")
    ids = await toys(persistence, topic, 20)
    large = ids[7]
    await persistence.database["toys"].update({"_id": large}, {"$set": {"outbox.0.data": b"x" * 3_000}})
    async with relaying(persistence, servers) as relay:
        await until(lambda: _nothing_left(persistence, *[id for id in ids if id != large]))
        assert await until(relay.refusing) == [topic]
        later = await a_toy(persistence, topic)
        await until(lambda: _nothing_left(persistence, later), within=5)
        assert await left(persistence, large) == [1, 2]


async def test_a_page_full_of_refused_documents_starves_nobody(persistence: Persistence, servers: Servers) -> None:
    bad, good = f"bad-{uuid.uuid4()}", f"good-{uuid.uuid4()}"
    await make(servers.kafka, good)
    await toys(persistence, bad, 1_200)
    async with relaying(persistence, servers) as relay:
        went = await a_toy(persistence, good)
        await until(lambda: _nothing_left(persistence, went))
        later = await a_toy(persistence, good)
        await until(lambda: _nothing_left(persistence, later), within=5)
        assert await relay.refusing() == [bad]


async def _nothing_left(persistence: Persistence, *ids: str) -> bool:
    return not await left(persistence, *ids)


async def _refuses_nothing(relay: Relay) -> bool:
    return not await relay.refusing()
