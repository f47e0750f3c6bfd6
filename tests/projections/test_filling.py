"""Rows folded in memory: each written once per fill of the budget, and the same whatever the budget."""

import uuid

import pytest

from deploy.local.servers import Servers
from shared.kernel.errors import Unavailable
from shared.persistence.transaction import Persistence
from shared.projections.filling import Filling
from shared.projections.read_model import Stored
from shared.projections.tables import Generations
from tests.projections.builders import folded, messages_of, orders, tallies
from tests.projections.drivers import a_projector, publish, rebuild, row_of, running

IDS = [uuid.UUID(int=number) for number in range(1, 31)]
MESSAGES = [message for rank in range(4) for id in IDS for message in [messages_of(id)[rank]]]
"""Thirty orders received, then each accepted on three days."""


async def filled(persistence: Persistence, *, budget: int, batch: int = 10) -> list[Stored]:
    """The rows of these orders, folded so many messages at once within that budget."""
    generation = Generations(persistence, [orders, tallies]).generation(2)
    filling = Filling(generation, budget)
    for first in range(0, len(MESSAGES), batch):
        changes = [filling.changes(message.event(), message) for message in MESSAGES[first : first + batch]]
        await filling.fold([change for of_one in changes for change in of_one])
        if filling.full:
            await written(filling)
    await written(filling)
    return [*await generation["toy_orders"].find(sort=["_id"]), *await generation["tallies"].find(sort=["_id"])]


async def written(filling: Filling) -> None:
    async for _ in filling.write():
        pass


@pytest.mark.parametrize(
    ("budget", "writes"),
    [(1000, 1), (60, 4), (1, 4), (0, 4)],
    ids=["larger than the rows", "of half a round", "of one row", "none"],
)
async def test_each_row_is_written_once_per_fill_and_is_the_same(persistence: Persistence, budget: int, writes: int) -> None:
    rows = await filled(persistence, budget=budget)
    expected = {**folded(orders, MESSAGES)}, {**folded(tallies, MESSAGES)}
    assert [{**row, "version": 0} for row in rows] == [of[str(id)] for of in expected for id in IDS]
    assert {row["version"] for row in rows} == {writes}


async def test_a_row_that_another_wrote_meanwhile_is_not_written_over(persistence: Persistence) -> None:
    generation = Generations(persistence, [orders]).generation(2)
    one, other = Filling(generation, 10), Filling(generation, 10)
    for filling in (one, other):
        await filling.fold(filling.changes(MESSAGES[0].event(), MESSAGES[0]))
    await written(other)
    with pytest.raises(Unavailable, match="busy"):
        await written(one)


async def test_a_rebuild_within_a_budget_smaller_than_its_rows_makes_the_same_rows(
    persistence: Persistence, servers: Servers
) -> None:
    ids = [uuid.uuid4() for _ in range(60)]
    await publish(servers, [messages_of(id)[rank] for rank in range(4) for id in ids])
    async with running(a_projector(persistence, servers, limit=20, rows_in_memory=15)) as projector:
        for id in ids:
            await row_of(projector, id)
        head = await rebuild(projector)
        assert (head.done, head.found.differing) == (head.total, {})
        for id in ids:
            assert (await row_of(projector, id))["facts"] == folded(orders, messages_of(id))[str(id)]["facts"]


async def test_what_cannot_be_written_from_memory_is_parked_by_itself(persistence: Persistence, kafka_apart: Servers) -> None:
    bad, good = uuid.uuid4(), uuid.uuid4()
    await publish(kafka_apart, [*messages_of(bad, school="too-large"), *messages_of(good)])
    async with running(a_projector(persistence, kafka_apart)) as projector:
        await row_of(projector, good)
        head = await rebuild(projector)
        assert (head.current, head.done) == (2, head.total)
        await row_of(projector, good)
        found = await persistence.database["parked"].find({"key": str(bad).encode(), "generation": 2}, sort=["offset"])
        assert [one["code"] for one in found] == ["bug_OverflowError", *["behind_a_parked_message"] * 2]
        assert head.found.differing == {}


async def test_what_was_parked_before_a_rebuild_went_back_holds_up_nothing_that_came_before_it(
    persistence: Persistence, kafka_apart: Servers
) -> None:
    parked, unwritable, last = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    told = [*messages_of(parked, school="broken"), *messages_of(unwritable, school="too-large"), *messages_of(last)]
    await publish(kafka_apart, told)
    async with running(a_projector(persistence, kafka_apart)) as projector:
        await row_of(projector, last)
        await rebuild(projector)
        row = await projector.generations.generation(2)["toy_orders"].find_one({"_id": str(parked)})
        assert row
        assert row["facts"].keys() == {"school", "received_on"}
        found = await persistence.database["parked"].find({"key": str(parked).encode(), "generation": 2}, sort=["offset"])
        assert [one["code"] for one in found] == ["bug_ValueError", *["behind_a_parked_message"] * 2]
