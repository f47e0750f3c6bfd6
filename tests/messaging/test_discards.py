"""A parked message is replayed or discarded, never both; a discard holds wherever the message comes again."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from deploy.local.servers import Servers
from shared.events.production import OrderReceived
from shared.kernel.clock import real_now
from shared.kernel.errors import NotFound, Refused
from shared.kernel.retry import stop
from shared.messaging.discards import Discarded, Discards
from shared.messaging.parking import BEHIND, CLAIM
from shared.persistence.mongo import PATIENT
from shared.persistence.transaction import Persistence
from tests.messaging.parked import BY, Here, a_record, at
from tests.projections.drivers import Sleep


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


async def test_a_discard_that_is_killed_has_forgotten_nothing(here: Here, persistence: Persistence, servers: Servers) -> None:
    sleep = Sleep(lambda collection, verb, _: (collection, verb) == ("discarded", "insert"))
    killed = replace(persistence, database=sleep.over(persistence.database, servers))
    discarding = asyncio.create_task(Discards(killed).discard(at(1), **BY))
    async with asyncio.timeout(20):
        await sleep.asleep.wait()
    assert await stop(discarding, grace=5)
    await killed.database.close()
    assert await here.codes() == ["bug_ValueError", BEHIND, BEHIND]
    assert await here.parked.discarded() == []


async def test_a_parked_message_that_is_delivered_again_stays_where_it_is(here: Here) -> None:
    here.store.failing.clear()
    await here.hear(1, 2, 3)
    assert here.store.handled == []
    assert await here.codes() == ["bug_ValueError", BEHIND, BEHIND]
    await here.rows.delete({"_id": at(2).coordinates})
    await here.rows.delete({"_id": at(3).coordinates})
    await here.hear(1)
    assert (here.store.handled, await here.codes()) == ([], ["bug_ValueError"])


async def test_the_story_of_one_key_is_replayed_alone(here: Here) -> None:
    await here.dispatcher.handle(replace(a_record(7), key=b"of no order", partition=4))
    here.store.failing.clear()
    done, left = await here.parked.replay(at(2))
    assert (done.replayed, left, here.store.handled) == (3, 1, [1, 2, 3])
    assert [(one.code, one.own_key) for one in await here.parked.all()] == [("wrong_key", "")]


async def test_what_a_topic_made_again_has_at_the_coordinates_of_what_was_set_aside_is_heard(persistence: Persistence) -> None:
    here = Here(persistence)
    old, new = (replace(a_record(1), timestamp=instant) for instant in (1_000, 2_000))
    here.store.failing[1] = ValueError()
    await here.dispatcher.handle(old)
    await here.dispatcher.handle(new)
    assert [one.record.timestamp for one in await here.parking.all()] == [1_000, 2_000]
    await here.parking.release(new)
    await here.parked.discard(at(1), **BY)
    here.store.failing.clear()
    await here.dispatcher.handle(old)
    assert here.store.handled == []
    await here.dispatcher.handle(new)
    assert here.store.handled == [1]
    await here.parking.park(new, "bug_ValueError")
    await here.parked.discard(at(1), **BY)
    await here.dispatcher.handle(new)
    assert here.store.handled == [1]
    assert await here.parking.discards.identities() == {old.identity, new.identity}
