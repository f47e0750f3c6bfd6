"""Rows from real topics: in batches, resumed where they stopped, the same after a rebuild."""

import asyncio
import random
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
from aiokafka import TopicPartition
from hypothesis import given
from hypothesis import strategies as st

from deploy.local.servers import Servers
from shared.events.message import Message
from shared.kernel.clock import real_now
from shared.kernel.errors import Unavailable
from shared.messaging.kafka import producer
from shared.messaging.parking import Parking
from shared.persistence.transaction import Persistence
from shared.projections.notifier import Progress
from shared.projections.projection import Fact, as_of, fold
from shared.projections.projector import Projector, show_lag
from tests.conftest import A_MORNING
from tests.projections.builders import orders, story


def fact(source: str, sequence: int, **facts: Any) -> Fact:
    return Fact(source, sequence, A_MORNING + timedelta(hours=sequence), facts)


@given(st.integers())
def test_a_row_is_the_same_under_any_order_between_sources_and_any_duplication(seed: int) -> None:
    chance = random.Random(seed)
    one = [fact("a", n, seats=n // 2) for n in range(6)]
    two = [fact("b", n, status=f"s{n}") for n in range(6)]
    expected = None
    for f in (*one, *two):
        expected = fold(expected, "row", f)
    heard = {"a": 0, "b": 0}
    row = None
    while heard != {"a": 6, "b": 6}:
        source, facts = chance.choice([("a", one), ("b", two)])
        again = chance.randint(0, heard[source])  # a redelivery starts at any earlier message
        until = chance.randint(heard[source], 6)
        for f in facts[again:until]:
            row = fold(row, "row", f)
        heard[source] = until
    assert row == expected


def test_a_row_is_read_as_known_on_a_date() -> None:
    row = fold(fold(None, "row", fact("a", 0, seats=12)), "row", fact("a", 5, seats=10))
    assert as_of(row, None) == {"id": "row", "seats": 10}
    assert as_of(row, A_MORNING + timedelta(hours=4)) == {"id": "row", "seats": 12}
    assert as_of(row, A_MORNING - timedelta(hours=1)) == {}


@asynccontextmanager
async def projecting(persistence: Persistence, servers: Servers) -> AsyncIterator[Projector]:
    group = f"projection-{persistence.database.name}"
    projector = Projector(persistence, Parking(persistence), [orders], bootstrap=servers.kafka, group=group, holder="one")
    task = asyncio.create_task(projector.run())
    try:
        yield projector
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def tell(servers: Servers, messages: list[Message]) -> None:
    async with producer(servers.kafka) as sender:
        for message in messages:
            await sender.send_and_wait("etabli.production", message.data, key=message.key.encode(), headers=message.headers())


async def row_of(persistence: Persistence, id: uuid.UUID, accepted_on: str = "2025-09-03") -> dict[str, Any]:
    async with asyncio.timeout(60):
        while True:
            row = await persistence.database["toy_orders"].find_one({"_id": str(id)})
            if row and as_of(row, None).get("accepted_on") == accepted_on:
                return dict(row)
            await asyncio.sleep(0.05)


async def parked_of(persistence: Persistence, key: uuid.UUID, count: int) -> list[dict[str, Any]]:
    async with asyncio.timeout(60):
        while True:
            parked = await persistence.database["parked"].find({"key": str(key).encode()})
            if len(parked) == count:
                return parked
            await asyncio.sleep(0.05)


async def test_rows_go_on_where_they_stopped_and_hear_nothing_twice(persistence: Persistence, servers: Servers) -> None:
    one, two = uuid.uuid4(), uuid.uuid4()
    async with projecting(persistence, servers):
        await tell(servers, story(one))
        before = await row_of(persistence, one)
    await tell(servers, [*story(two), *story(one)])
    async with projecting(persistence, servers) as projector:
        assert len((await row_of(persistence, two))["facts"]["accepted_on"]) == 3
        assert await row_of(persistence, one) == before
        async with asyncio.timeout(60):
            assert await projector.changes.wait(0) > 0


async def test_rows_written_but_whose_offsets_were_lost_are_not_doubled(persistence: Persistence, servers: Servers) -> None:
    id = uuid.uuid4()
    async with projecting(persistence, servers):
        await tell(servers, story(id))
        before = await row_of(persistence, id)
    await persistence.database["offsets"].delete({})
    async with projecting(persistence, servers) as projector:
        async with asyncio.timeout(60):
            await projector.changes.wait(0)
        assert await row_of(persistence, id) == before


async def test_a_row_that_another_projector_wrote_meanwhile_is_folded_again(persistence: Persistence, servers: Servers) -> None:
    id = uuid.uuid4()
    messages = [(message.event(), message) for message in story(id)]
    projector = Projector(persistence, Parking(persistence), [orders], bootstrap=servers.kafka, group="x", holder="x")
    await asyncio.gather(*(projector.apply(messages[: n + 1]) for n in range(4) for _ in range(5)))
    row = await row_of(persistence, id)
    assert [value for _, value in row["facts"]["accepted_on"]] == ["2025-09-01", "2025-09-02", "2025-09-03"]


async def test_a_rebuild_ends_in_the_same_rows(persistence: Persistence, servers: Servers) -> None:
    id = uuid.uuid4()
    async with projecting(persistence, servers) as projector:
        await tell(servers, story(id))
        before = await row_of(persistence, id)
        await persistence.database["toy_orders"].update({"_id": str(id)}, {"$set": {"facts.accepted_on": [["", "wrong"]]}})
        projector.ask_rebuild()
        async with asyncio.timeout(60):
            while projector.progress.running:
                await asyncio.sleep(0.05)
        assert projector.progress.done == projector.progress.total > 0
        after = await row_of(persistence, id)
    assert (after["facts"], after["inbox"]) == (before["facts"], before["inbox"])


async def test_a_message_that_a_projection_cannot_take_is_parked_with_its_key_alone(
    persistence: Persistence, servers: Servers
) -> None:
    bad, good = uuid.uuid4(), uuid.uuid4()
    async with projecting(persistence, servers):
        await tell(servers, [*story(bad, school="broken"), *story(good)])
        await row_of(persistence, good)
        parked = await parked_of(persistence, bad, 3)
    assert sorted(row["code"] for row in parked) == ["behind_a_parked_message", "behind_a_parked_message", "bug_ValueError"]
    row = await persistence.database["toy_orders"].find_one({"_id": str(bad)})
    assert row is not None
    assert "accepted_on" not in row["facts"]


async def test_a_fact_that_cannot_be_written_is_parked_and_its_batch_goes_on(persistence: Persistence, servers: Servers) -> None:
    bad, good = uuid.uuid4(), uuid.uuid4()
    async with projecting(persistence, servers):
        await tell(servers, [*story(bad, school="too-large"), *story(good)])
        await row_of(persistence, good)
        parked = await parked_of(persistence, bad, 3)
    assert sorted({row["code"] for row in parked}) == ["behind_a_parked_message", "bug_OverflowError"]


async def test_nothing_is_unparked_during_a_rebuild(persistence: Persistence, servers: Servers) -> None:
    id = uuid.uuid4()
    message = story(id)[1]
    async with projecting(persistence, servers) as projector:
        await tell(servers, story(id))
        await row_of(persistence, id)
        projector.ask_rebuild()
        with pytest.raises(Unavailable, match="rebuilding"):
            await projector.hear(message.event(), message)


async def test_only_who_keeps_the_rows_can_rebuild_them(persistence: Persistence, servers: Servers) -> None:
    idle = Projector(persistence, Parking(persistence), [orders], bootstrap=servers.kafka, group="x", holder="x")
    with pytest.raises(Unavailable, match="not_projecting"):
        idle.ask_rebuild()


async def test_who_loses_the_rows_in_mid_rebuild_leaves_it_to_who_has_them_now(
    persistence: Persistence, servers: Servers
) -> None:
    id = uuid.uuid4()
    async with projecting(persistence, servers) as projector:
        await tell(servers, story(id))
        await row_of(persistence, id)
        projector.progress = Progress(total=10**9, running=True)
        another = {"$set": {"holder": "another", "until": real_now() + timedelta(hours=1)}}
        await persistence.database["leases"].update({"_id": "projector"}, another)
        async with asyncio.timeout(60):
            while projector.progress.running:
                await asyncio.sleep(0.05)
        with pytest.raises(Unavailable, match="not_projecting"):
            projector.ask_rebuild()


async def test_a_group_coordinator_that_does_not_answer_holds_no_row_up() -> None:
    class Reader:
        """A consumer whose coordinator is away: aiokafka asks it for ever."""

        async def commit(self, _offsets: dict[TopicPartition, int]) -> None:
            await asyncio.Event().wait()

    async with asyncio.timeout(60):
        await show_lag(Reader(), {TopicPartition("etabli.production", 0): 1}, within=0.01)


@pytest.mark.parametrize("sequence", [0, 5])
def test_a_message_of_a_source_heard_this_far_changes_nothing(sequence: int) -> None:
    row = fold(None, "row", fact("a", 5, seats=10))
    assert fold(row, "row", fact("a", sequence, seats=99)) == row
