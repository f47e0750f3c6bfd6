"""The journal names each write of the collections that one asks about, in order, and says where it goes on."""

import pytest

from shared.persistence.failures import HistoryLost
from shared.persistence.journal import AT_ONCE, Entry, present, written_since
from shared.persistence.mongo import Database
from shared.persistence.writes import Insert, Replace
from tests.persistence.drivers import a_lost_point


async def test_writes_are_named_in_their_order_and_once(database: Database) -> None:
    await database["rows"].insert({"_id": "before"})
    point = await present(database)
    await database["rows"].bulk([Insert({"_id": "one"})])
    await database["others"].insert({"_id": "unasked"})
    await database["rows"].bulk([Replace({"_id": "before"}, {"_id": "before", "value": 1})])
    await database["heads"].update({"_id": "head"}, {"$inc": {"change": 1}}, upsert=True)
    await database["heads"].update({"_id": "head"}, {"$inc": {"change": 1}})
    entries, after = await written_since(database, point, ["rows", "heads"])
    assert entries == [
        Entry("rows", "one", {}), Entry("rows", "before", {}), Entry("heads", "head", {}), Entry("heads", "head", {"change": 2}),
    ]  # fmt: skip
    assert (await written_since(database, after, ["rows", "heads"]))[0] == []


async def test_what_does_not_fit_in_one_answer_comes_in_the_next(database: Database) -> None:
    point, count = await present(database), AT_ONCE + 10
    await database["rows"].bulk([Insert({"_id": str(number)}) for number in range(count)])
    first, point = await written_since(database, point, ["rows"])
    second, point = await written_since(database, point, ["rows"])
    assert len(first) < count
    assert {entry.id for entry in [*first, *second]} == {str(number) for number in range(count)}


async def test_where_it_does_not_reach_back_it_says_so(database: Database) -> None:
    point = await a_lost_point(database)
    await database["rows"].insert({"_id": "after"})
    with pytest.raises(HistoryLost):
        await written_since(database, point, ["rows"])
