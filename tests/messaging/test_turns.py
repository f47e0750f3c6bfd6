"""Topics heard in turns: a flood on one delays no other, nobody hears what is not theirs, what was taken in is acknowledged."""

import asyncio
import re
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from deploy.local.servers import Servers
from shared.events.message import DELETED, UNREADABLE, ConsumerRecord
from shared.kernel.retry import stop
from shared.messaging.turns import Turns, new_client
from tests.messaging.by_hand import NOT_UTF8, Put, a_topic, committed, delete_before, put
from tests.messaging.topics import make

HEARD_WITHIN = 20.0


@dataclass
class Ears:
    """What is taken in, in order; some topics take long, some are closed yet."""

    slow: dict[str, float] = field(default_factory=dict)
    """Seconds of a batch, by topic."""
    closed: set[str] = field(default_factory=set)
    records: list[ConsumerRecord] = field(default_factory=list)
    failing: Exception | None = None

    async def take(self, topic: str, records: Sequence[ConsumerRecord]) -> None:
        if self.failing:
            raise self.failing
        await asyncio.sleep(self.slow.get(topic, 0))
        self.records += records

    async def is_open(self, topic: str) -> bool:
        return topic not in self.closed

    def of(self, topic: str) -> list[int]:
        return [record.offset for record in self.records if record.topic == topic]

    async def until(self, topic: str, count: int) -> list[int]:
        async with asyncio.timeout(HEARD_WITHIN):
            while len(self.of(topic)) < count:
                await asyncio.sleep(0.01)
        return self.of(topic)


@dataclass
class Hearing:
    """A replica at work."""

    ears: Ears
    turns: Turns
    task: "asyncio.Task[None]"


@asynccontextmanager
async def hearing(servers: Servers, ears: Ears, topics: Sequence[str], *, group: str, **shape: Any) -> AsyncIterator[Hearing]:
    pattern = re.compile("|".join(f"{re.escape(topic)}$" for topic in topics))
    client = new_client(servers.brokers, group)
    await client.start()
    turns = Turns(client, ears.take, ears.is_open, **shape)
    task = asyncio.create_task(turns.run(pattern))
    try:
        yield Hearing(ears, turns, task)
    finally:
        await stop(task, grace=10)
        await client.stop()


async def say(servers: Servers, topic: str, count: int = 1) -> None:
    async with AIOKafkaProducer(bootstrap_servers=servers.kafka, linger_ms=5) as sender:
        await asyncio.gather(*[await sender.send(topic, b"x" * 500) for _ in range(count)])


async def test_a_flood_delays_no_other_topic_and_all_of_it_is_heard_in_order(servers: Servers) -> None:
    flooding, other, group = await a_topic(servers), await a_topic(servers), str(uuid.uuid4())
    ears = Ears(slow={flooding: 0.05})
    await say(servers, flooding, 600)
    async with hearing(servers, ears, [flooding, other], group=group, batch=20, at_once=1) as here:
        await ears.until(flooding, 40)
        await say(servers, other)
        await ears.until(other, 1)
        assert len(ears.of(flooding)) < 580
        assert await ears.until(flooding, 600) == list(range(600))
        assert here.turns.lag() == 0
        await committed(servers, flooding, group, 600)


async def test_what_cannot_be_read_or_is_gone_stops_nothing(servers: Servers) -> None:
    topic, other, group = await a_topic(servers), await a_topic(servers), str(uuid.uuid4())
    await say(servers, topic, 3)
    await delete_before(servers, topic, 2)
    await put(servers, topic, [Put(b"a"), Put(b"b", headers=NOT_UTF8), Put(b"c")])
    await say(servers, other)
    ears = Ears()
    async with hearing(servers, ears, [topic, other], group=group):
        await ears.until(topic, 5)
        await ears.until(other, 1)
        await committed(servers, topic, group, 6)
    found = [(one.offset, one.fault, one.count) for one in ears.records if one.topic == topic]
    assert found == [(0, DELETED, 2), (2, "", 1), (3, "", 1), (4, UNREADABLE, 1), (5, "", 1)]


@pytest.mark.slow
async def test_a_closed_topic_waits_and_loses_nothing(servers: Servers) -> None:
    topic, other, group = await a_topic(servers), await a_topic(servers), str(uuid.uuid4())
    ears = Ears(closed={topic})
    async with hearing(servers, ears, [topic, other], group=group):
        await say(servers, topic, 300)
        await say(servers, other)
        await ears.until(other, 1)
        await asyncio.sleep(1)
        assert ears.of(topic) == []
        ears.closed.clear()
        assert await ears.until(topic, 300) == list(range(300))


@pytest.mark.slow
async def test_replicas_share_topics_and_one_that_ends_leaves_its_own_to_the_others(servers: Servers) -> None:
    topics, group = [await a_topic(servers) for _ in range(4)], str(uuid.uuid4())
    one, two = Ears(), Ears()

    async def both_heard() -> None:
        async with asyncio.timeout(40):
            while not (one.records and two.records):
                await asyncio.gather(*(say(servers, topic) for topic in topics))
                await asyncio.sleep(0.5)

    async with hearing(servers, one, topics, group=group):
        async with hearing(servers, two, topics, group=group):
            await both_heard()
            await asyncio.sleep(1.5)
        for topic in topics:
            await say(servers, topic)
            async with asyncio.timeout(40):
                while not {record.offset for record in one.records + two.records if record.topic == topic}:
                    await asyncio.sleep(0.1)
        async with asyncio.timeout(40):
            while {record.topic for record in one.records} != set(topics):
                await asyncio.gather(*(say(servers, topic) for topic in topics))
                await asyncio.sleep(0.5)


async def test_what_the_taking_in_raises_ends_the_work_unacknowledged(servers: Servers) -> None:
    topic, group = await a_topic(servers), str(uuid.uuid4())
    await say(servers, topic, 2)
    async with hearing(servers, Ears(failing=KeyError("x")), [topic], group=group) as here:
        with pytest.raises(KeyError):
            await asyncio.wait_for(here.task, 20)
    ears = Ears()
    async with hearing(servers, ears, [topic], group=group):
        assert await ears.until(topic, 2) == [0, 1]


async def test_a_topic_that_was_made_while_nobody_heard_is_heard_by_whoever_comes_back(servers: Servers) -> None:
    known, new, group = await a_topic(servers), f"test.{uuid.uuid4()}", str(uuid.uuid4())
    await say(servers, known)
    ears = Ears()
    async with hearing(servers, ears, [known, new], group=group):
        await ears.until(known, 1)
    await make(servers.kafka, new)
    await say(servers, new)
    async with hearing(servers, ears, [known, new], group=group):
        await ears.until(new, 1)
