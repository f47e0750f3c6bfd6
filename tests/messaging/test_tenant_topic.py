"""A tenant's topic is followed from any position without a gap or a double, whatever was written twice, deleted or made anew."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
import pytest_asyncio

from deploy.local.servers import Servers
from shared.kernel.clock import real_now
from shared.messaging.following import TenantTopics
from shared.messaging.tenant_topic import Bounds, Lost, TenantTopic, bounds_of, position_at
from tests.messaging.by_hand import Put, a_topic, delete_before, transaction
from tests.messaging.tenants import following, tell, told
from tests.messaging.topics import delete, make


@pytest_asyncio.fixture(loop_scope="session")
async def topics(servers: Servers) -> AsyncIterator[TenantTopics]:
    made = TenantTopics(servers.brokers, max_backoff=0.5)
    yield made
    await made.close()


@pytest_asyncio.fixture(loop_scope="session")
async def topic(servers: Servers) -> TenantTopic:
    return TenantTopic(await a_topic(servers), "enrolment")


async def test_what_is_told_before_and_after_one_comes_is_given_in_order(
    servers: Servers, topics: TenantTopics, topic: TenantTopic
) -> None:
    await tell(servers, topic, told(1), told(2))
    async with following(topics, topic) as all_, following(topics, topic, 0) as later:
        assert await all_.until(2) == ["a1", "a2"]
        await tell(servers, topic, told(3), told(1, young="b"))
        assert await all_.until(4) == ["a1", "a2", "a3", "b1"]
        assert await later.until(3) == ["a2", "a3", "b1"]
        assert [one.position for one in all_.came] == [0, 1, 2, 3]


async def test_what_the_relay_wrote_twice_is_passed_over_wherever_one_resumes(
    servers: Servers, topics: TenantTopics, topic: TenantTopic
) -> None:
    await tell(servers, topic, told(1), told(2), told(1, young="b"), told(1), told(2), told(3))
    for after, expected in [(-1, ["a1", "a2", "b1", "a3"]), (0, ["a2", "b1", "a3"]), (1, ["b1", "a3"]), (3, ["a3"]), (4, ["a3"])]:
        async with following(topics, topic, after) as follower:
            assert await follower.until(len(expected)) == expected
            await tell(servers, topic, told(2))
            assert len(follower.came) == len(expected)


async def test_only_the_right_teller_is_heard_and_what_is_no_event_is_passed_over(
    servers: Servers, topics: TenantTopics, topic: TenantTopic
) -> None:
    await tell(servers, topic, told(1, teller="referral"), Put(b"a", b"{}"), Put(None, None), told(1))
    async with following(topics, topic) as follower:
        assert await follower.until(1) == ["a1"]


@pytest.mark.parametrize("after", [10, 10**18])
async def test_who_comes_with_a_position_past_the_end_is_told_so_and_gets_what_there_is(
    servers: Servers, topics: TenantTopics, topic: TenantTopic, after: int
) -> None:
    await tell(servers, topic, told(1), told(2))
    async with following(topics, topic, after) as follower:
        assert await follower.until(3) == ["lost", "a1", "a2"]
        assert follower.came[0] == Lost(-1)


async def test_who_comes_with_too_old_a_position_is_told_so_and_gets_what_is_left(
    servers: Servers, topics: TenantTopics, topic: TenantTopic
) -> None:
    await tell(servers, topic, *(told(number) for number in range(1, 6)))
    await delete_before(servers, topic.name, 3)
    async with following(topics, topic, 0) as late, following(topics, topic, 2) as just, following(topics, topic) as new:
        assert await late.until(3) == ["lost", "a4", "a5"]
        assert late.came[0] == Lost(2)
        assert await just.until(2) == ["a4", "a5"]
        assert await new.until(2) == ["a4", "a5"]


async def test_a_topic_made_anew_is_said_and_followed_from_its_beginning(
    servers: Servers, topics: TenantTopics, topic: TenantTopic
) -> None:
    await tell(servers, topic, told(1), told(2))
    async with following(topics, topic) as follower:
        await follower.until(2)
        await delete(servers.kafka, topic.name)
        await make(servers.kafka, topic.name)
        await tell(servers, topic, told(1))
        assert await follower.until(4) == ["a1", "a2", "lost", "a1"]


async def test_who_follows_before_there_is_such_a_topic_hears_it_once_it_is_made(servers: Servers, topics: TenantTopics) -> None:
    topic = TenantTopic(f"test.{uuid4()}", "enrolment")
    async with following(topics, topic) as follower:
        await make(servers.kafka, topic.name)
        await tell(servers, topic, told(1))
        assert await follower.until(1) == ["a1"]


async def test_what_a_transaction_aborted_at_the_end_holds_nobody_up(
    servers: Servers, topics: TenantTopics, topic: TenantTopic
) -> None:
    await tell(servers, topic, told(1))
    async with transaction(servers, committed=False) as sender:
        await sender.send_and_wait(topic.name, b"aborted")
    async with following(topics, topic) as follower:
        assert await follower.until(1) == ["a1"]


async def test_who_is_behind_what_is_kept_reads_it_from_kafka(servers: Servers, topic: TenantTopic) -> None:
    topics = TenantTopics(servers.brokers, max_backoff=0.5, kept=3)
    twice = [told(number // 2 + 1) for number in range(40)]
    await tell(servers, topic, *twice, *twice)
    async with following(topics, topic) as all_, following(topics, topic, 11) as later:
        assert await all_.until(20) == [f"a{number}" for number in range(1, 21)]
        assert await later.until(14) == [f"a{number}" for number in range(7, 21)]


async def test_where_a_topic_begins_and_ends_and_where_an_instant_is(servers: Servers, topic: TenantTopic) -> None:
    assert await bounds_of(servers.brokers, topic) == Bounds(0, 0)
    await tell(servers, topic, told(1))
    now = real_now()
    assert await position_at(servers.brokers, topic, now - timedelta(hours=1)) == -1
    assert await position_at(servers.brokers, topic, now + timedelta(hours=1)) == 0
    assert (await bounds_of(servers.brokers, topic)).last == 0
