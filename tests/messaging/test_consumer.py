"""Kafka to handlers on the real broker: nothing lost, nothing doubled, a bad message holds back its own key and no other."""

import asyncio
import uuid
from collections import defaultdict
from typing import Any

import pytest
from aiokafka import TopicPartition

from deploy.local.servers import Servers
from shared.events import Event
from shared.events.message import Message, message_of
from shared.events.production import ClientKind, OrderReceived
from shared.messaging.kafka import consumer, producer
from shared.messaging.topics import PARTITIONS, dead_letters
from shared.persistence.transaction import Persistence
from shared.settings import Settings
from shared.web.app import Service
from tests.conftest import A_MORNING, Running, Start
from tests.persistence.builders import A_DAY
from tests.projections.builders import cancelled_order, message_about

pytestmark = pytest.mark.usefixtures("toy_caught_up")

TOPIC = "etabli.production"


class Store:
    """What was heard, by key; which keys are broken; and a gate that holds every message back."""

    def __init__(self, persistence: Persistence) -> None:
        self.handled: dict[str, list[int]] = defaultdict(list)
        self.broken: set[str] = set()
        self.open = asyncio.Event()
        self.open.set()
        self.database = persistence.database

    async def prepare(self) -> None:
        await self.database["heard"].index("key")


async def handle(store: Store, event: Event, message: Message) -> None:
    if message.key in store.broken:
        raise ValueError("a bug")
    await store.open.wait()
    store.handled[message.key].append(message.sequence)


def toy(settings: Settings) -> Service[Store]:
    return Service("toy", settings, Store, handlers={OrderReceived: handle})


async def all_committed(servers: Servers) -> bool:
    """Whether this group has acknowledged all that is there."""
    async with consumer(servers.brokers, group_id="toy") as reader:
        partitions = [TopicPartition(TOPIC, number) for number in range(PARTITIONS)]
        ends = await reader.end_offsets(partitions)
        return all([not end or await reader.committed(partition) == end for partition, end in ends.items()])


async def publish(servers: Servers, *messages: Message, value: bytes | None = None, headers: Any = None) -> None:
    async with producer(servers.brokers) as sender:
        for message in messages:
            kafka_headers = message.headers() if headers is None else headers
            await sender.send_and_wait(TOPIC, value or message.data, key=message.key.encode(), headers=kafka_headers)


def received(key: uuid.UUID, sequence: int) -> Message:
    event = OrderReceived(order_id=key, school="dole", client_id=key, client_kind=ClientKind.COMPANY, on=A_DAY)
    return message_of(event, source=f"/production/orders/{key}", sequence=sequence, time=A_MORNING)


async def until_handled(here: Running, key: uuid.UUID, sequences: list[int]) -> None:
    async def all_handled() -> bool:
        handled: list[int] = here.store.handled[str(key)]
        return handled == sequences

    await here.until(all_handled)


async def parked(here: Running, count: int) -> list[dict[str, Any]]:
    async def there() -> Any:
        rows = (await here.as_("admin").get("/admin/parked")).json()["items"]
        return (rows,) if len(rows) == count else None

    (rows,) = await here.until(there)
    return list(rows)


async def test_a_bad_message_holds_back_its_own_key_and_no_other_and_unparking_replays_in_order(
    running: Start, servers: Servers
) -> None:
    bad, good = uuid.uuid4(), uuid.uuid4()
    async with running(toy, park_after=2) as here:
        here.store.broken.add(str(bad))
        await publish(servers, received(bad, 1), received(good, 1), received(bad, 2), received(good, 2))
        await until_handled(here, good, [1, 2])
        rows = await parked(here, 2)
        assert {row["code"] for row in rows} == {"bug_ValueError", "behind_a_parked_message"}

        answer = await here.as_("admin").post("/admin/unpark")
        stopped = [{"coordinates": rows[0]["coordinates"], "code": "bug_ValueError"}]
        assert answer.json() == {"replayed": 0, "left": 2, "stopped": stopped}

        here.store.broken.clear()
        await publish(servers, received(bad, 3))
        await parked(here, 3)
        answer = await here.as_("admin").post("/admin/unpark")
        assert answer.json() == {"replayed": 3, "left": 0, "stopped": []}
        assert here.store.handled[str(bad)] == [1, 2, 3]

        await publish(servers, received(bad, 4))
        await until_handled(here, bad, [1, 2, 3, 4])


async def test_what_cannot_be_decoded_is_parked_with_its_reason_and_its_value_is_not_told(
    running: Start, servers: Servers
) -> None:
    secret = b'{"family_name": "Dupont"'
    keys = [uuid.uuid4() for _ in range(5)]
    first = received(keys[0], 1)
    unknown = [*(header for header in first.headers() if header[0] != "ce_type"), ("ce_type", b"fr.etabli.future.thing.v9")]
    async with running(toy) as here:
        await publish(servers, first, value=secret)
        await publish(servers, received(keys[1], 1), headers=[])
        await publish(servers, received(keys[2], 1), headers=unknown)
        await publish(servers, received(keys[4], 1), headers=[("a\0name.$", b"x"), ("ce_type", None)])
        await publish(servers, received(keys[3], 1))
        await until_handled(here, keys[3], [1])
        rows = await parked(here, 4)
        assert sorted(row["code"] for row in rows) == ["invalid_data", "not_cloudevents", "not_cloudevents", "unknown_type"]
        letters = await dead(servers, {row["coordinates"] for row in rows})
        assert len(letters) == 4
        assert not any(b"Dupont" in letter for letter in letters)


async def test_a_type_that_this_service_does_not_hear_is_skipped(running: Start, servers: Servers) -> None:
    key = uuid.uuid4()
    async with running(toy) as here:
        await publish(servers, message_about(cancelled_order(key), 1), received(key, 2))
        await until_handled(here, key, [2])
        assert await parked(here, 0) == []


async def test_a_message_in_hand_when_the_service_stops_is_heard_at_the_next_start(running: Start, servers: Servers) -> None:
    key = uuid.uuid4()
    async with running(toy) as here:
        await publish(servers, received(key, 1))
        await until_handled(here, key, [1])
        await here.until(lambda: all_committed(servers))
        here.store.open.clear()
        await publish(servers, received(key, 2), received(key, 3))
        await asyncio.sleep(1)
    async with running(toy) as here:
        await until_handled(here, key, [2, 3])


async def test_what_was_heard_is_committed_so_that_lag_shows_the_truth(running: Start, servers: Servers) -> None:
    key = uuid.uuid4()
    async with running(toy) as here:
        await publish(servers, received(key, 1))
        await until_handled(here, key, [1])
    assert await all_committed(servers)


async def dead(servers: Servers, coordinates: set[str]) -> list[bytes]:
    async with consumer(servers.brokers) as reader:
        reader.subscribe([dead_letters(TOPIC)])
        found: list[bytes] = []
        async with asyncio.timeout(60):
            while len(found) < len(coordinates):
                batches = await reader.getmany(timeout_ms=200)
                found += [r.value for batch in batches.values() for r in batch if r.key.decode() in coordinates]
        return found
