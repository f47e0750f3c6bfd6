"""A list read in parts: every item once, in order, whatever is added meanwhile."""

import uuid
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.caller import SYSTEM, Caller
from shared.persistence.keyset import Asked, Part, Position, part_of, read_part
from shared.persistence.mongo import Database, Key
from shared.persistence.repository import Repository
from shared.persistence.transaction import Persistence
from tests.persistence.builders import TOYS, receive

ORDERS: Sequence[Sequence[Key]] = (("day", "_id"), (("day", -1), "_id"), (("day", -1), ("_id", -1)), ("_id",))


@pytest.mark.parametrize("sort", ORDERS)
async def test_parts_put_together_are_the_list(database: Database, sort: Sequence[Key]) -> None:
    for number in range(7):
        await database["rows"].insert({"_id": f"{number}", "day": f"2025-09-0{number % 3 + 1}"})
    whole = await database["rows"].find({}, sort=sort)
    for limit in (1, 2, 3, 7, 8):
        read: list[dict[str, object]] = []
        after: Position | None = None
        while True:
            part = await read_part(database["rows"], {}, sort=sort, asked=Asked(limit, after))
            assert len(part.items) <= limit
            read += part.items
            if (after := part.last) is None:
                break
        assert read == whole, limit


async def test_what_is_added_before_a_position_is_not_read_and_moves_nothing(database: Database) -> None:
    for id in "bdf":
        await database["rows"].insert({"_id": id})
    part = await read_part(database["rows"], {}, sort=["_id"], asked=Asked(2))
    for id in "ace":
        await database["rows"].insert({"_id": id})
    rest = await read_part(database["rows"], {}, sort=["_id"], asked=Asked(5, part.last))
    assert [row["_id"] for row in (*part.items, *rest.items)] == ["b", "d", "e", "f"]


async def test_a_position_of_anothers_list_reads_one_s_own_alone(persistence: Persistence) -> None:
    toys = Repository(persistence, TOYS)
    for school in ("dole", "dole", "chalon", "chalon"):
        id = uuid.uuid4()
        await toys.acting(SYSTEM).create(id, receive, id=id, school=school)
    everything = await toys.acting(SYSTEM).part({}, sort=["_id"], asked=Asked(1))
    chalon = Caller("x", "school", "chalon", "head")
    assert everything.last
    for after in (None, everything.last, ["0"]):
        part = await toys.acting(chalon).part({}, sort=["_id"], asked=Asked(9, after))
        assert {toy.school for toy in part.items} <= {"chalon"}
    assert await toys.acting(Caller("x", "agency", "cio", "manager")).part({}, sort=["_id"], asked=Asked(9)) == Part([], None)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers()), unique=True), st.integers(1, 5), st.booleans())
def test_a_list_that_is_held_is_read_in_parts_too(items: list[tuple[int, int]], limit: int, falling: bool) -> None:
    read: list[tuple[int, int]] = []
    after: Position | None = None
    while True:
        part = part_of(items, lambda item: item, Asked(limit, after), falling=falling)
        read += part.items
        if (after := part.last) is None:
            break
    assert read == sorted(items, reverse=falling)
