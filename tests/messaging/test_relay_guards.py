"""What the relay may not do, with a producer that fails as the test says: forget too soon, overtake, or outlive its stop."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Literal

import pytest
from aiokafka.errors import KafkaTimeoutError

from shared.kernel.caller import SYSTEM
from shared.kernel.retry import stop
from shared.messaging.relay import Relay
from shared.messaging.sending import Producer
from shared.persistence.repository import Repository
from shared.persistence.transaction import Persistence
from tests.messaging.producers import HandedIn
from tests.persistence.builders import TOYS, accept, receive


@asynccontextmanager
async def relaying(persistence: Persistence, producer: Callable[[], Producer]) -> AsyncIterator["asyncio.Task[None]"]:
    relay = Relay(persistence, producer=producer, holder="one", max_backoff=0.2)
    task = asyncio.create_task(relay.run())
    try:
        yield task
    finally:
        assert await stop(task, grace=5)


async def until(true: Callable[[], Any]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.01)


async def pending(persistence: Persistence) -> list[int]:
    """The sequences in the outboxes of all toys."""
    found = await persistence.database["toys"].find(sort=["_id"])
    return [entry["sequence"] for toy in found for entry in toy["outbox"]]


async def test_an_entry_that_the_broker_has_not_acknowledged_stays_in_the_outbox(persistence: Persistence) -> None:
    toys, id, kafka = Repository(persistence, TOYS), uuid.uuid4(), HandedIn()
    await toys.acting(SYSTEM).create(id, receive, id=id, school="dole")
    async with relaying(persistence, lambda: kafka):
        await until(lambda: kafka.sent)
        await asyncio.sleep(0.3)
        assert await pending(persistence) == [1]
        kafka.sent[0][2].set_result(None)
        async with asyncio.timeout(20):
            while await pending(persistence):
                await asyncio.sleep(0.01)
    assert len(kafka.sent) == 1


async def test_an_entry_that_the_broker_refuses_stays_and_is_sent_again(persistence: Persistence) -> None:
    toys, id = Repository(persistence, TOYS), uuid.uuid4()
    first, second = HandedIn(), HandedIn()
    producers = [second, first]
    await toys.acting(SYSTEM).create(id, receive, id=id, school="dole")
    async with relaying(persistence, producers.pop):
        await until(lambda: first.sent)
        first.sent[0][2].set_exception(KafkaTimeoutError())
        await until(lambda: second.sent)
        assert await pending(persistence) == [1]


async def test_no_entry_is_sent_before_its_predecessor_in_the_document_is_acknowledged(persistence: Persistence) -> None:
    toys, id, kafka = Repository(persistence, TOYS), uuid.uuid4(), HandedIn()
    await toys.acting(SYSTEM).create(id, receive, id=id, school="dole")
    await toys.acting(SYSTEM).decide(id, accept)
    async with relaying(persistence, lambda: kafka):
        await until(lambda: kafka.sent)
        await asyncio.sleep(0.2)
        assert len(kafka.sent) == 1
        kafka.sent[0][2].set_result(None)
        await until(lambda: len(kafka.sent) == 2)


async def test_outboxes_are_read_as_a_majority_keeps_them(persistence: Persistence) -> None:
    """What a local read shows may be rolled back: an event would be published that nobody keeps."""
    toys, id, kafka = Repository(persistence, TOYS), uuid.uuid4(), HandedIn(acknowledging=True)
    await persistence.database.command({"profile": 2})
    await toys.acting(SYSTEM).create(id, receive, id=id, school="dole")
    async with relaying(persistence, lambda: kafka):
        await until(lambda: kafka.sent)
    found = await persistence.database["system.profile"].find({"command.find": "toys"})
    reads = [read["command"] for read in found if "outbox.at" in read["command"]["filter"]]
    assert reads
    assert {read.get("readConcern", {}).get("level") for read in reads} == {"majority"}


class Watched(asyncio.Event):
    """An event that says whether somebody waits for it."""

    waiting = False

    async def wait(self) -> Literal[True]:
        self.waiting = True
        try:
            return await super().wait()
        finally:
            self.waiting = False


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
async def test_a_stop_that_comes_right_after_a_save_is_heard(persistence: Persistence, turns: int) -> None:
    """asyncio.wait_for of Python 3.11 swallows a cancellation that comes within two turns of the loop after the event."""
    saved = persistence.outbox_changed = Watched()
    relay = Relay(persistence, producer=HandedIn, holder="one", max_backoff=0.2)
    task = asyncio.create_task(relay.run())
    await until(lambda: saved.waiting)
    saved.set()
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task], timeout=3)
    ended = task.cancelled()
    assert await stop(task, grace=5)
    assert ended
