"""What was deleted before it was heard is said: parked once, logged, counted, and health is degraded until somebody knows."""

import asyncio
from typing import Any

import pytest
from aiokafka import TopicPartition
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from deploy.local.servers import Servers
from shared.events.message import DELETED, ConsumerRecord
from shared.messaging.dispatcher import Dispatcher
from shared.messaging.kafka import consumer
from shared.messaging.parking import Parking
from shared.messaging.replay import Replayed
from shared.messaging.wire.records import record_of
from shared.persistence.transaction import Persistence
from tests.conftest import Running, Start
from tests.messaging.by_hand import Listening, Put, a_topic, committed, consuming, delete_before, heard, put
from tests.messaging.test_consumer import toy

pytestmark = pytest.mark.usefixtures("toy_caught_up")

TEN = [Put(b"key", str(number).encode()) for number in range(10)]


class Hearing(Dispatcher[Any]):
    """A service's dispatcher, on a topic of the test's own."""

    def __init__(self, topic: str, persistence: Persistence) -> None:
        super().__init__(None, {}, Parking(persistence))
        self.own = [topic]

    @property
    def topics(self) -> list[str]:
        return self.own


async def test_what_a_group_was_to_hear_next_and_is_deleted_is_one_record_that_says_how_many(servers: Servers) -> None:
    topic = await a_topic(servers)
    await put(servers, topic, TEN[:3])
    async with consuming(servers, first := Listening([topic]), group=topic):
        await first.until(3)
        await committed(servers, topic, topic, 3)
    await put(servers, topic, TEN[3:])
    await delete_before(servers, topic, 7)
    async with consuming(servers, hearing := Listening([topic]), group=topic):
        records = await hearing.until(4)
        assert records[0] == ConsumerRecord(topic, 0, 3, None, None, (), DELETED, 4)
        assert [(record.offset, record.fault) for record in records[1:]] == [(7, ""), (8, ""), (9, "")]
        await committed(servers, topic, topic, 10)
    async with consuming(servers, again := Listening([topic]), group=topic):
        await asyncio.sleep(1)
        assert again.records == [], "what was acknowledged is not lost again"


async def test_a_log_that_is_deleted_to_its_end_says_so_though_nothing_comes_after(servers: Servers) -> None:
    topic = await a_topic(servers)
    await put(servers, topic, TEN)
    await delete_before(servers, topic, 10)
    (record,) = await heard(servers, topic, 1)
    assert (record.offset, record.fault, record.count) == (0, DELETED, 10)


async def test_messages_deleted_before_they_were_heard_are_parked_once_logged_and_counted_by_topic(
    servers: Servers, persistence: Persistence
) -> None:
    topic = await a_topic(servers)
    await put(servers, topic, TEN[:1])
    async with consuming(servers, Listening([topic]), group=topic):
        await committed(servers, topic, topic, 1)
    await put(servers, topic, TEN[1:])
    await delete_before(servers, topic, 10)
    dispatcher = Hearing(topic, persistence)
    with capture_logs() as lines:
        async with consuming(servers, dispatcher, group=topic):
            await committed(servers, topic, topic, 10)
    assert [(one.place.coordinates, one.code) for one in await dispatcher.parking.all()] == [(f"{topic}/0/1", DELETED)]
    (lost,) = [line for line in lines if line["event"] == "consumer.records_lost"]
    assert lost == {
        "event": "consumer.records_lost", "log_level": "error", "topic": topic, "partition": 0, "from": 1, "to": 10, "count": 9,
    }  # fmt: skip
    assert REGISTRY.get_sample_value("etabli_records_lost_total", {"topic": topic}) == 9


async def test_what_is_lost_blocks_no_key_and_is_not_replayed(persistence: Persistence) -> None:
    dispatcher = Hearing("t", persistence)
    await dispatcher.handle(ConsumerRecord("t", 0, 3, None, None, (), DELETED, 4))
    await dispatcher.handle(ConsumerRecord("t", 0, 7, None, b"{}", ()))
    assert {one.code for one in await dispatcher.parking.all()} == {DELETED, "no_key"}
    assert await dispatcher.replay() == Replayed(0, {"t/0/7": "no_key"})


async def test_health_is_degraded_while_nobody_has_said_that_the_loss_is_known(running: Start) -> None:
    async with running(toy) as here:
        await ready(here, "ok", 0)
        record = ConsumerRecord("etabli.production", 0, 3, None, None, (), DELETED, 4)
        await here.runtime.dispatcher.handle(record)
        await here.runtime.dispatcher.handle(record)
        await ready(here, "degraded", 1)
        one = "/admin/parked/etabli.production/0/3"
        (row,) = (await here.as_("admin").get("/admin/parked")).json()["items"]
        assert (row["code"], row["count"]) == (DELETED, 4)
        answer = await here.as_("admin").post(f"{one}/discard", json={"reason": "Supprimés à la main, retranscrits depuis."})
        assert answer.status_code == 200
        await ready(here, "ok", 0)


async def ready(here: Running, status: str, lost: int) -> None:
    async def says_so() -> bool:
        answer = await here.signed_out().get("/health/ready")
        assert answer.status_code == 200
        return (answer.json()["status"], answer.json()["lost"]) == (status, lost)

    await here.until(says_so, within=10)


@pytest.mark.parametrize("keeps_all", [True, False])
async def test_to_a_new_group_what_a_topic_with_its_full_history_has_lost_is_lost(servers: Servers, keeps_all: bool) -> None:
    topic = await a_topic(servers)
    await put(servers, topic, TEN)
    await delete_before(servers, topic, 8)
    async with asyncio.timeout(20), consumer(servers.brokers, group_id=topic, whole={topic} if keeps_all else set()) as reader:
        reader.subscribe([topic])
        found = [record_of(await reader.getone()) for _ in range(3 if keeps_all else 2)]
    lost = [(0, DELETED, 8)] if keeps_all else []
    assert [(record.offset, record.fault, record.count) for record in found] == [*lost, (8, "", 1), (9, "", 1)]


async def test_a_log_that_went_back_is_heard_from_its_beginning(servers: Servers) -> None:
    """As when a topic was made anew: its offsets begin again, before those that the group has committed."""
    topic = await a_topic(servers)
    await put(servers, topic, TEN[:2])
    async with consumer(servers.brokers, group_id=topic) as client:
        client.subscribe([topic])
        await client.getone()
        await client.commit({TopicPartition(topic, 0): 1_000})
    with capture_logs() as lines:
        async with consuming(servers, hearing := Listening([topic]), group=topic):
            assert [record.offset for record in await hearing.until(2)] == [0, 1]
            await committed(servers, topic, topic, 2)
    assert "reader.log_went_back" in {line["event"] for line in lines}
