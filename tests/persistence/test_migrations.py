"""Migrations: once for all replicas, on from where a killed one was, again while a version before may still write."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from shared.kernel.clock import real_now
from shared.persistence.migrations import REPEATED_FOR, Migrations, Step
from shared.persistence.mongo import Database
from shared.persistence.writes import Insert, Row

PAGE = 10
BEFORE: dict[str, Any] = {"new": {"$exists": False}}
Mend = Callable[[Row], Awaitable[object]]


class Killed(Exception):
    """The process ended."""


def migrations(
    database: Database, mend: Mend, *, holder: str = "toy-0", before: dict[str, Any] = BEFORE, **more: Any
) -> Migrations:
    return Migrations(database, [Step("001 new", database["toys"], before, mend, **more)], holder=holder, page=PAGE)


def mending(database: Database, seen: list[Any], *, killed_at: int | None = None) -> Mend:
    async def mend(row: Row) -> None:
        if len(seen) == killed_at:
            raise Killed
        seen.append(row["_id"])
        await database["toys"].update({"_id": row["_id"], **BEFORE}, {"$set": {"new": row["old"]}})

    return mend


async def keep(database: Database, *numbers: int) -> None:
    await database["toys"].bulk([Insert({"_id": f"{number:04}", "old": number, "rank": -number}) for number in numbers])


async def test_two_replicas_that_start_together_mend_each_document_once(database: Database) -> None:
    await keep(database, *range(2 * PAGE + 5))
    seen: list[Any] = []
    both = [migrations(database, mending(database, seen), holder=f"toy-{slot}") for slot in (0, 1)]
    await asyncio.gather(*(one.run() for one in both))
    assert seen == [f"{number:04}" for number in range(2 * PAGE + 5)]
    assert await database["toys"].count(BEFORE) == 0
    assert [one.under_way for one in both] == [None, None]


async def test_a_replica_killed_in_the_middle_is_followed_by_one_that_goes_on_from_there(database: Database) -> None:
    await keep(database, *range(2 * PAGE + 5))
    seen: list[Any] = []
    with pytest.raises(Killed):
        await migrations(database, mending(database, seen, killed_at=PAGE), before={}).run()
    known = await database["migrations"].find_one({"_id": "001 new"})
    assert known is not None
    assert (known["documents"], known["position"], "done_at" in known) == (PAGE, [f"{PAGE - 1:04}"], False)
    await migrations(database, mending(database, seen), before={}).run()
    assert len(seen) == len(set(seen)) == 2 * PAGE + 5


async def test_what_a_replica_of_the_version_before_writes_meanwhile_is_mended_by_the_next_start_for_a_week(
    database: Database,
) -> None:
    seen: list[Any] = []
    await keep(database, 1)
    await migrations(database, mending(database, seen)).run()
    await keep(database, 2)
    await migrations(database, mending(database, seen), holder="toy-1").run()
    assert seen == ["0001", "0002"]
    long_ago = {"$set": {"done_at": real_now() - REPEATED_FOR - timedelta(minutes=1)}}
    await database["migrations"].update({"_id": "001 new"}, long_ago)
    await keep(database, 3)
    await migrations(database, mending(database, seen)).run()
    assert seen == ["0001", "0002"]


async def test_after_a_build_that_does_not_know_a_step_it_is_done_anew(database: Database) -> None:
    seen: list[Any] = []
    await migrations(database, mending(database, seen)).run()
    long_ago = {"$set": {"done_at": real_now() - REPEATED_FOR - timedelta(minutes=1)}}
    await database["migrations"].update({"_id": "001 new"}, long_ago)
    await Migrations(database, [], holder="toy-0").run()
    await keep(database, 1)
    await migrations(database, mending(database, seen)).run()
    assert seen == ["0001"]


async def test_documents_are_mended_in_the_order_that_a_step_asks_for(database: Database) -> None:
    await keep(database, 1, 2, 3)
    seen: list[Any] = []
    await migrations(database, mending(database, seen), by=("rank", "_id")).run()
    assert seen == ["0003", "0002", "0001"]


async def test_while_another_replica_migrates_a_start_says_which_step_it_waits_for(database: Database) -> None:
    await keep(database, 1)
    go_on, seen = asyncio.Event(), list[Any]()

    async def slow(row: Row) -> None:
        await go_on.wait()
        await mending(database, seen)(row)

    first = migrations(database, slow)
    second = migrations(database, mending(database, seen), holder="toy-1")
    runs = [asyncio.create_task(one.run()) for one in (first, second)]
    async with asyncio.timeout(10):
        while (first.under_way, second.under_way) != ("001 new", "001 new"):
            await asyncio.sleep(0.01)
    assert seen == []
    go_on.set()
    await asyncio.gather(*runs)
    assert seen == ["0001"]
