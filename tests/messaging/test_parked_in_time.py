"""What time does to parked messages: it ends what was cut short, lets go what can be read now, and takes their values away."""

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Never

import pytest
from structlog.testing import capture_logs

from shared.events import EVENTS
from shared.events.message import ConsumerRecord, Message, Undecodable
from shared.events.production import OrderReceived
from shared.kernel.clock import real_now
from shared.messaging.migrations import steps_of_parked
from shared.messaging.parking import BEHIND, KEPT
from shared.metrics import PARKED_NOW
from shared.persistence.failures import Away
from shared.persistence.migrations import Migrations
from shared.persistence.transaction import Persistence
from tests.messaging.parked import BY, LATER, Here, a_record, at


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


def refuse(_message: Message) -> Never:
    raise Undecodable("invalid_data")


def of_tomorrow(sequence: int) -> ConsumerRecord:
    record = a_record(sequence)
    headers = [(name, b"fr.etabli.of.tomorrow" if name == "ce_type" else value) for name, value in record.headers]
    return replace(record, headers=headers)


async def test_what_an_older_build_did_not_know_is_let_go_by_one_that_does(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    await here.parked.discard(at(1), **BY)
    with monkeypatch.context() as older:
        older.delitem(EVENTS, OrderReceived.type)
        await here.hear(4, 5)
        assert await here.codes() == ["unknown_type", BEHIND]
    await here.parked.tend(real_now())
    assert here.store.handled == [2, 3]  # they may just have come
    await here.parked.tend(real_now() + LATER)
    assert here.store.handled == [2, 3, 4, 5]
    assert await here.codes() == []


async def test_data_that_an_older_build_refused_are_heard_by_one_that_takes_them(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    await here.parked.discard(at(1), **BY)
    with monkeypatch.context() as older:
        older.setattr(Message, "event", refuse)
        await here.hear(4)
    assert await here.codes() == ["invalid_data"]
    await here.parked.tend(real_now() + LATER)
    assert here.store.handled == [2, 3, 4]


async def test_one_that_can_be_read_is_tried_while_a_server_is_away_and_then_says_its_own_reason(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    await here.parked.discard(at(1), **BY)
    with monkeypatch.context() as older:
        older.delitem(EVENTS, OrderReceived.type)
        await here.hear(4)
    here.store.failing[4] = Away()
    await here.parked.tend(real_now() + LATER)
    assert await here.codes() == ["unknown_type"]
    here.store.failing[4] = KeyError("Dupont")
    await here.parked.tend(real_now() + LATER)
    assert await here.codes() == ["bug_KeyError"]
    here.store.failing.clear()
    await here.parked.tend(real_now() + LATER)
    assert here.store.handled == [2, 3]


async def test_what_this_build_cannot_read_either_stays_and_is_not_said_again_and_again(here: Here) -> None:
    await here.parked.discard(at(1), **BY)
    await here.dispatcher.handle(of_tomorrow(4))
    with capture_logs() as said:
        for _ in range(3):
            await here.parked.tend(real_now() + LATER)
    assert said == []
    assert await here.codes() == ["unknown_type"]


async def test_what_no_key_opens_any_more_is_as_gone_and_holds_up_nothing_else(here: Here, persistence: Persistence) -> None:
    await here.parked.discard(at(1), **BY)
    await here.hear(4)
    await here.dispatcher.handle(of_tomorrow(5))
    without = Here(replace(persistence, secrets=(b"of another file",)))
    await without.parking.park(a_record(6, of=uuid.uuid4()), BEHIND)
    await without.parked.tend(real_now() + LATER)
    assert without.store.handled == [6]
    found = await without.parked.find(at(5))
    assert (found.code, found.expired, found.record.value) == ("unknown_type", True, None)
    assert (await without.parked.replay())[0].stopped == {at(5).coordinates: "value_expired"}
    assert (await here.parked.find(at(5))).record == of_tomorrow(5)  # with its key it is as it was


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
    (metric,) = PARKED_NOW.labels(code).collect()
    return metric.samples[0].value


async def test_what_an_earlier_build_parked_is_shown_replayed_and_expires_as_any_other(here: Here) -> None:
    later_fields = dict.fromkeys(("at", "expired", "fault", "count"), "")
    for number in (1, 2, 3):
        await here.rows.update({"_id": at(number).coordinates}, {"$unset": later_fields})
    steps = steps_of_parked(here.parking._persistence)
    await Migrations(here.parking._persistence.database, steps, holder="test").run()
    assert [(one.place, one.expired, one.record.count) for one in await here.parked.all()] == [
        (at(number), False, 1) for number in (1, 2, 3)
    ]
    assert (await here.parked.find(at(1))).record == a_record(1)
    await here.parked.tend(real_now() + KEPT - timedelta(days=1))
    assert not (await here.parked.find(at(1))).expired
    here.store.failing.clear()
    assert (await here.parked.replay())[0].replayed == 3
    assert here.store.handled == [1, 2, 3]
