"""Whatever is told again, however often and in whatever order: receivers that know ids by then end as they were."""

import asyncio
import random
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from deploy.local.servers import Servers
from tests.conftest import Start
from tests.messaging.by_hand import Put
from tests.messaging.tenants import tell, told
from tests.messaging.topics import make
from tests.servers import frozen, servers_in
from tests.webhooks.drivers import PLAYGROUND, Desk, OpenDesk, a_service
from tests.webhooks.receivers import Got, Receiver, receiving

pytestmark = pytest.mark.slow


def known(receiver: Receiver) -> Mapping[str, Any]:
    """What a receiver that passes over ids which it knows has made of it: each event, and the last of each person."""
    events = dict[str, Any]()
    for got in receiver.got:
        if got.id not in events:
            events[got.id] = got.said
    last = {one["data"]["young_id"]: one["id"] for one in events.values() if "young_id" in one["data"]}
    return {"events": events, "last": last}


def has_got(receiver: Receiver, id: str) -> bool:
    return id in receiver.ids()


async def test_a_topic_told_again_twice_in_any_order_leaves_receivers_as_they_were(desk: OpenDesk) -> None:
    chance = random.Random(3)

    async def now_and_then(_got: Got) -> int:
        return 204 if chance.random() < 0.8 else 503

    async with desk() as at, receiving(now_and_then) as flaky, receiving() as well:
        ids = [(await at.register(one.url))["webhook_id"] for one in (flaky, well)]
        puts = [told(number, young=young, teller="referral") for number in range(1, 21) for young in "abcde"]
        await tell(at.servers, at.topic, *puts)
        for id in ids:
            await at.until(id, lambda one: one["position"] == 99, within=60)
        were = [known(flaky), known(well)]
        assert were[0] == were[1]
        assert len(were[0]["events"]) == 100

        again: list[Put] = [*puts, *puts]
        chance.shuffle(again)
        await tell(at.servers, at.topic, *again)
        for id in ids:
            await at.ask(id, "replay", since="2025-09-01")
        (last,) = await at.tells(1, young="f")
        await asyncio.gather(*(one.until(partial(has_got, one, last), within=60) for one in (flaky, well)))
        for receiver, was in zip((flaky, well), were, strict=True):
            now = known(receiver)
            assert {id: now["events"][id] for id in was["events"]} == was["events"]
            assert now["events"].keys() - was["events"].keys() == {last}
            assert {young: now["last"][young] for young in was["last"]} == was["last"]
        assert len(well.got) <= 100 + 100 + 1, "once, and once more for the replay"


async def test_kafka_and_mongodb_go_away_and_come_back_and_nothing_is_left_out(
    running: Start, tmp_path: Path, servers: Servers
) -> None:
    with servers_in(tmp_path) as own:
        knobs = {**PLAYGROUND, "kafka": own.kafka, "mongodb": own.mongodb}
        async with running(a_service, **knobs) as here, receiving() as receiver:
            at = Desk(own, here)
            await make(own.kafka, at.topic.name)
            id = (await at.register(receiver.url))["webhook_id"]
            sent = await at.tells(1, 2)
            await receiver.until_got(2)
            assert own.kafka_process is not None
            own.kafka_process.kill()
            await asyncio.sleep(2)
            own.kafka_process.start()
            await asyncio.to_thread(own.kafka_process.wait_ready, within=60)
            sent += await at.tells(3, 4)
            await receiver.until(lambda: set(sent) <= set(receiver.ids()), within=60)
            with frozen(own.mongod_process):
                sent += await at.tells(5, 6)
                await asyncio.sleep(12)  # longer than its lease
            await receiver.until(lambda: set(sent) <= set(receiver.ids()), within=60)
            await at.until(id, lambda one: one["position"] == 5, within=30)
            assert list(dict.fromkeys(receiver.ids())) == sent
