"""What rows make of a log: all four codecs, what was committed; what cannot be read or is no longer there is set aside."""

import asyncio
import uuid
from functools import partial
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from structlog.testing import capture_logs

from deploy.local.servers import Servers
from shared.events.message import DELETED, UNREADABLE, Message
from shared.messaging.kafka import consumer
from shared.messaging.topics import PARTITIONS
from shared.persistence.transaction import Persistence
from shared.projections.projector import Projector
from shared.projections.source import Source
from tests.messaging.by_hand import CODECS, NOT_UTF8, Put, a_topic, compressing, delete_before, put, transaction
from tests.projections.builders import messages_of
from tests.projections.drivers import a_projector, rebuild, row_of, running, until

TOPIC = "etabli.production"


async def publish(servers: Servers, messages: list[Message], *, codec: str | None, at_once: bool) -> None:
    async with AIOKafkaProducer(bootstrap_servers=servers.kafka, compression_type=codec, linger_ms=20) as sender:
        for message in messages:
            sent = await sender.send(TOPIC, message.data, key=message.key.encode(), headers=message.headers())
            if not at_once:
                await sent
        await sender.flush()


async def test_all_codecs_are_projected_and_rebuilt_alone_in_batches_and_by_the_topic(
    persistence: Persistence, servers: Servers
) -> None:
    ids = [uuid.uuid4() for _ in range(3 * len(CODECS))]
    async with running(a_projector(persistence, servers)) as projector:
        for rank, codec in enumerate(CODECS):
            alone, in_a_batch, by_the_topic = ids[3 * rank : 3 * rank + 3]
            await publish(servers, messages_of(alone), codec=codec, at_once=False)
            await publish(servers, messages_of(in_a_batch), codec=codec, at_once=True)
            async with compressing(servers, TOPIC, codec):
                await publish(servers, messages_of(by_the_topic), codec=None, at_once=True)
        before = [(await row_of(projector, id))["facts"] for id in ids]
        assert (await rebuild(projector)).current == 2
        assert [(await row_of(projector, id))["facts"] for id in ids] == before
        assert not await codes_of(projector, *ids)


async def test_what_cannot_be_read_is_parked_beside_each_generation_and_what_is_around_it_is_in_its_rows(
    persistence: Persistence, servers: Servers, caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = uuid.uuid4(), uuid.uuid4()
    first, second = messages_of(bad, accepted=1), messages_of(good)
    batch = [
        _put(second[0]), _put(second[1]), _put(first[0], NOT_UTF8), _put(second[2]), _put(first[1]), _put(second[3]),
    ]  # fmt: skip
    with capture_logs() as lines:
        async with running(a_projector(persistence, servers)) as projector:
            await put(servers, TOPIC, batch, codec="zstd")
            for generation in (1, 2):
                assert len((await row_of(projector, good))["facts"]["accepted_on"]) == 3
                assert await codes_of(projector, bad, good) == {UNREADABLE, "behind_a_parked_message"}
                if generation == 1:
                    await rebuild(projector)
    assert "famille-" not in f"{lines} {caplog.text} {await persistence.database['parked'].find({})}"


async def test_what_a_transaction_has_aborted_is_in_no_row(persistence: Persistence, servers: Servers) -> None:
    aborted, told = uuid.uuid4(), uuid.uuid4()
    async with running(a_projector(persistence, servers)) as projector:
        for id, committed in ((aborted, False), (told, True)):
            async with transaction(servers, committed=committed) as sender:
                for message in messages_of(id):
                    await sender.send(TOPIC, message.data, key=message.key.encode(), headers=message.headers(), partition=0)
        await row_of(projector, told)
        assert (await rebuild(projector)).current == 2
        await row_of(projector, told)
        rows = (await projector.generations.current())["toy_orders"]
        assert await rows.find_one({"_id": str(aborted)}) is None


async def test_what_is_deleted_before_rows_hold_it_is_parked_once_for_all_of_them(
    persistence: Persistence, servers: Servers
) -> None:
    topic = await a_topic(servers, partitions=PARTITIONS)
    await put(servers, topic, [Put(b"key")] * 5)
    source = Source([topic], partial(consumer, servers.brokers, fetch_max_wait_ms=100))
    async with running(a_projector(persistence, servers, source=source)) as projector:
        await until(lambda: reached(projector, f"{topic}/0", 5))
    await put(servers, topic, [Put(b"key")] * 5)
    await delete_before(servers, topic, 8)
    with capture_logs() as lines:
        async with running(a_projector(persistence, servers, source=source)) as projector:
            await until(lambda: reached(projector, f"{topic}/0", 10))
            assert await losses(projector) == [f"{topic}/0/5"]
            for _ in range(2):
                await asyncio.wait_for(rebuild(projector), 20)
            assert await losses(projector) == [f"{topic}/0/5"], "a rebuild begins where the log does: it has lost nothing"
    told = [(line["event"], line["count"]) for line in lines if line.get("topic") == topic and "count" in line]
    assert told == [("consumer.records_lost", 3), *[("rebuild.no_longer_there", 8)] * 2]


async def reached(projector: Projector, partition: str, offset: int) -> bool:
    head = await projector.generations.head()
    return head.following.get(head.current, {}).get(partition, 0) == offset


async def losses(projector: Projector) -> list[str]:
    """Where what is shown as parked was deleted before it was heard."""
    parking = (await projector.generations.current()).parking
    assert (await parking.codes()).get(DELETED, 0) == 1
    return [one.place.coordinates for one in await parking.all() if one.code == DELETED]


async def codes_of(projector: Projector, *ids: uuid.UUID) -> set[str]:
    """Why messages of these keys are parked beside the rows that are read."""
    number = (await projector.generations.current()).number
    of = {"generation": number, "key": {"$in": [str(id).encode() for id in ids]}}
    return {row["code"] for row in await projector.generations._persistence.database["parked"].find(of)}


def _put(message: Message, headers: Any = None) -> Put:
    return Put(message.key.encode(), message.data, headers or message.headers())
