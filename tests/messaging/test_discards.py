"""A parked message is replayed or discarded, never both; a discard holds wherever the message comes again."""

import asyncio
import uuid
from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from shared.events import Event
from shared.events.message import ConsumerRecord, Message
from shared.events.production import OrderReceived
from shared.kernel.clock import real_now
from shared.kernel.errors import NotFound, Refused
from shared.messaging.discards import Discarded
from shared.messaging.dispatcher import Dispatcher
from shared.messaging.handlers import Handlers
from shared.messaging.parked import PARKED_NOW, Parked, parked_beside
from shared.messaging.parking import BEHIND, CLAIM, KEPT, Parking
from shared.messaging.place import Place
from shared.persistence.failures import Away
from shared.persistence.mongo import PATIENT
from shared.persistence.transaction import Persistence
from tests.projections.builders import message_about, received_order

ID = uuid.uuid4()
BY = {"reason": "Un essai du partenaire", "by": "admin ops"}
LATER = timedelta(minutes=1)


class Store:
    """What was handled, in order; whose messages fail, and how; and a gate that holds each back."""

    def __init__(self) -> None:
        self.handled: list[int] = []
        self.failing: dict[int, Exception] = {}
        self.begun, self.open = asyncio.Event(), asyncio.Event()
        self.open.set()


HANDLERS = Handlers[Store]()


@HANDLERS.on(OrderReceived)
async def handle(store: Store, _event: Event, message: Message) -> None:
    store.begun.set()
    await store.open.wait()
    if failure := store.failing.get(message.sequence):
        raise failure
    store.handled.append(message.sequence)


class Here:
    """A dispatcher and what is parked beside it."""

    def __init__(self, persistence: Persistence) -> None:
        self.store, self.parking = Store(), Parking(persistence)
        self.dispatcher = Dispatcher(self.store, HANDLERS, self.parking, tries=1, max_backoff=0.02)
        self.parked: Parked = parked_beside("toy", self.dispatcher)
        self.rows = persistence.database["parked"]

    async def hear(self, *sequences: int) -> None:
        for sequence in sequences:
            await self.dispatcher.handle(a_record(sequence))

    async def codes(self) -> list[str]:
        return [one.code for one in await self.parking.all()]


@pytest_asyncio.fixture(loop_scope="session")
async def here(persistence: Persistence) -> Here:
    """Message 1 is a bug; 2 and 3 wait behind it."""
    made = Here(persistence)
    await persistence.database.create_collections()
    made.store.failing[1] = ValueError("Dupont")
    await made.hear(1, 2, 3)
    assert await made.codes() == ["bug_ValueError", BEHIND, BEHIND]
    return made


def a_record(sequence: int) -> ConsumerRecord:
    message = message_about(received_order(ID), sequence)
    return ConsumerRecord("etabli.production", 3, sequence, message.key.encode(), message.data, message.headers())


def at(sequence: int) -> Place:
    return Place.of(a_record(sequence))


async def refused(work: Awaitable[Any]) -> str:
    with pytest.raises(Refused) as refusal:
        await work
    return refusal.value.code


async def test_what_waited_behind_a_discarded_message_is_replayed_at_once_and_in_order(here: Here) -> None:
    done = await here.parked.discard(at(1), **BY)
    assert here.store.handled == [2, 3]
    assert await here.codes() == []
    assert done == Discarded("etabli.production/3/1", OrderReceived.type, "bug_ValueError", at=done.at, **BY)
    assert await here.parked.discarded() == [done]


async def test_a_discarded_message_that_comes_again_is_neither_handled_nor_parked(here: Here) -> None:
    await here.parked.discard(at(1), **BY)
    here.store.failing.clear()
    await here.hear(1, 4)
    assert here.store.handled == [2, 3, 4]
    assert await here.codes() == []


async def test_discarding_again_is_answered_the_same_and_for_another_reason_refused(here: Here) -> None:
    done = await here.parked.discard(at(1), **BY)
    assert await here.parked.discard(at(1), reason=BY["reason"], by="admin somebody else") == done
    assert await refused(here.parked.discard(at(1), reason="Autre chose", by="admin ops")) == "discarded_otherwise"
    assert await here.parked.discarded() == [done]


async def test_what_is_not_parked_is_not_discarded(here: Here) -> None:
    with pytest.raises(NotFound):
        await here.parked.discard(at(9), **BY)
    here.store.failing.clear()
    await here.parked.replay()
    with pytest.raises(NotFound):
        await here.parked.discard(at(1), **BY)
    assert here.store.handled == [1, 2, 3]
    assert await here.parked.discarded() == []


async def test_a_message_that_is_being_replayed_is_handled_once_and_not_discarded(here: Here) -> None:
    here.store.failing.clear()
    here.store.begun.clear()
    here.store.open.clear()
    replaying = asyncio.create_task(here.parked.replay())
    await here.store.begun.wait()
    assert await refused(here.parked.discard(at(1), **BY)) == "being_replayed"
    async with asyncio.timeout(20):
        other, left = await here.parked.replay()
    assert (other.replayed, other.stopped, left) == (0, {at(1).coordinates: "being_replayed"}, 3)
    here.store.open.set()
    assert (await replaying)[0].replayed == 3
    assert here.store.handled == [1, 2, 3]
    assert await here.parked.discarded() == []


async def test_a_replay_that_was_killed_does_not_hold_its_message_for_ever(here: Here) -> None:
    assert await here.parking.claim(a_record(1))
    assert await refused(here.parked.discard(at(1), **BY)) == "being_replayed"
    await here.rows.update({"_id": at(1).coordinates}, {"$set": {"replaying": real_now() - timedelta(seconds=1)}})
    await here.parked.discard(at(1), **BY)
    assert here.store.handled == [2, 3]
    assert CLAIM.total_seconds() > PATIENT


async def test_of_a_discard_and_a_replay_at_once_one_is_true(persistence: Persistence) -> None:
    here = Here(persistence)
    await persistence.database.create_collections()
    for sequence in range(1, 13):
        here.store.failing[sequence] = ValueError()
        await here.hear(sequence)
        here.store.failing.clear()
        both = (here.parked.discard(at(sequence), **BY), here.parked.replay())
        discarded, _ = await asyncio.gather(*both, return_exceptions=True)
        assert isinstance(discarded, Discarded) != (sequence in here.store.handled), (sequence, discarded)
        assert await here.codes() == []


async def test_a_parked_message_that_is_delivered_again_stays_where_it_is(here: Here) -> None:
    here.store.failing.clear()
    await here.hear(1, 2, 3)
    assert here.store.handled == []
    assert await here.codes() == ["bug_ValueError", BEHIND, BEHIND]
    await here.rows.delete({"_id": at(2).coordinates})
    await here.rows.delete({"_id": at(3).coordinates})
    await here.hear(1)
    assert (here.store.handled, await here.codes()) == ([], ["bug_ValueError"])


async def test_a_discard_cut_short_before_the_replay_is_finished_by_whoever_comes_after(here: Here) -> None:
    await here.parking.discards.discard(at(1), **BY)
    await here.parked.tend(real_now())
    assert here.store.handled == []  # they may just have come
    await here.parked.tend(real_now() + LATER)
    assert here.store.handled == [2, 3]


async def test_what_is_parked_again_though_it_is_discarded_is_let_go_unheard(here: Here) -> None:
    await here.parked.discard(at(1), **BY)
    here.store.failing.clear()
    await here.parking.park(a_record(1), "bug_ValueError")  # by one who began before the discard
    await here.hear(4)
    await here.parked.tend(real_now() + LATER)
    assert here.store.handled == [2, 3, 4]
    assert await here.codes() == []
    await here.parking.park(a_record(1), "bug_ValueError")
    assert (await here.parked.replay())[0].replayed == 0
    assert here.store.handled == [2, 3, 4]


async def test_time_alone_replays_nothing_that_failed_by_itself(here: Here) -> None:
    here.store.failing.clear()
    await here.parked.tend(real_now() + LATER)
    assert here.store.handled == []


async def test_a_message_that_fails_in_its_turn_says_why_and_one_that_a_server_stopped_keeps_its_turn(here: Here) -> None:
    here.store.failing[2] = Away()
    await here.parked.discard(at(1), **BY)
    assert await here.codes() == [BEHIND, BEHIND]
    here.store.failing[2] = KeyError("Dupont")
    await here.parked.tend(real_now() + LATER)
    assert await here.codes() == ["bug_KeyError", BEHIND]
    here.store.failing.clear()
    await here.parked.tend(real_now() + LATER)
    assert here.store.handled == []


async def test_the_story_of_one_key_is_replayed_alone(here: Here) -> None:
    await here.dispatcher.handle(replace(a_record(7), key=b"of no order", partition=4))
    here.store.failing.clear()
    done, left = await here.parked.replay(at(2))
    assert (done.replayed, left, here.store.handled) == (3, 1, [1, 2, 3])
    assert [(one.code, one.own_key) for one in await here.parked.all()] == [("wrong_key", "")]


async def test_values_are_gone_after_thirty_days_and_then_a_message_can_only_be_discarded(here: Here) -> None:
    await here.rows.update({"_id": at(1).coordinates}, {"$set": {"at": real_now() - timedelta(days=2)}})
    here.store.failing.clear()
    await here.parked.tend(real_now() + KEPT - timedelta(days=3))
    assert (await here.parked.find(at(1))).record == a_record(1)
    await here.parked.tend(real_now() + KEPT - timedelta(days=1))
    found = await here.parked.find(at(1))
    assert (found.expired, found.code, found.type, found.record.value, found.record.headers) == (
        True, "bug_ValueError", OrderReceived.type, None, [],
    )  # fmt: skip
    assert {"value", "headers"}.isdisjoint((await here.rows.find_one({"_id": at(1).coordinates}) or {}).keys())
    done, left = await here.parked.replay()
    assert (done.replayed, done.stopped, left) == (0, {at(1).coordinates: "value_expired"}, 3)
    assert await here.codes() == ["bug_ValueError", BEHIND, BEHIND]
    await here.parked.discard(at(1), **BY)
    assert here.store.handled == [2, 3]


async def test_a_gauge_says_how_many_are_parked_now(here: Here) -> None:
    assert await here.parked.codes() == {"bug_ValueError": 1, BEHIND: 2}
    assert [gauge(code) for code in ("bug_ValueError", BEHIND)] == [1, 2]
    await here.parked.discard(at(1), **BY)
    assert await here.parked.codes() == {}
    assert [gauge(code) for code in ("bug_ValueError", BEHIND)] == [0, 0]


def gauge(code: str) -> float:
    (metric,) = PARKED_NOW.labels("toy", code).collect()
    return metric.samples[0].value
