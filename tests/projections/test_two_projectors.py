"""A projector that slept through its lease, at whichever of its writes, changes nothing once another has the rows."""

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from deploy.local.servers import Servers
from shared.persistence.transaction import Persistence
from shared.projections.projector import Projector
from tests.projections.builders import folded, messages_of, orders
from tests.projections.drivers import (
    At,
    Sleep,
    a_projector,
    committed,
    ends,
    publish,
    rebuild,
    rebuilt,
    row_of,
    running,
    take_lease_away,
    until,
)

BATCH = 40


def to(table: str) -> At:
    """A write of rows."""
    return lambda collection, verb, _: (collection, verb) == (table, "bulk")


def positions(collection: str, verb: str, args: Sequence[Any]) -> bool:
    """That rows are read as far as some positions."""
    return (collection, verb) == ("generations", "update") and "following." in str(args[1])


def switch(collection: str, verb: str, args: Sequence[Any]) -> bool:
    """That other rows are read from now on."""
    return (collection, verb) == ("generations", "update") and "'$set': {'current'" in str(args[1])


def of(chosen: str) -> At:
    return lambda _collection, verb, _: verb == chosen


@pytest.mark.parametrize(
    ("at", "nth", "after", "rebuilds"),
    [
        pytest.param(to("rows_1.toy_orders"), 2, False, True, id="at rows", marks=pytest.mark.slow),
        pytest.param(positions, 2, False, False, id="at positions"),
        pytest.param(to("rows_1.toy_orders"), 1, True, True, id="after rows", marks=pytest.mark.slow),
        pytest.param(to("rows_1.toy_orders"), 2, True, False, id="after more rows", marks=pytest.mark.slow),
        pytest.param(positions, 1, True, True, id="after positions", marks=pytest.mark.slow),
    ],
)
async def test_asleep_in_a_batch_while_another_reads_on_and_may_rebuild(
    persistence: Persistence, servers: Servers, at: At, nth: int, after: bool, rebuilds: bool
) -> None:
    await _slept(persistence, servers, Sleep(at, nth=nth, after=after), in_a_rebuild=False, other_rebuilds=rebuilds)


@pytest.mark.parametrize(
    ("at", "nth", "after"),
    [
        pytest.param(to("rows_3.toy_orders"), 2, False, id="at rows", marks=pytest.mark.slow),
        pytest.param(switch, 2, False, id="at the switch"),
        pytest.param(switch, 2, True, id="after the switch", marks=pytest.mark.slow),
        pytest.param(to("rows_3.toy_orders"), 1, True, id="after rows", marks=pytest.mark.slow),
        pytest.param(of("drop"), 1, False, id="at dropping", marks=pytest.mark.slow),
        pytest.param(of("drop"), 1, True, id="after dropping", marks=pytest.mark.slow),
        pytest.param(of("delete"), 2, False, id="at forgetting", marks=pytest.mark.slow),
    ],
)
async def test_asleep_in_a_rebuild_while_another_rebuilds(
    persistence: Persistence, servers: Servers, at: At, nth: int, after: bool
) -> None:
    await _slept(persistence, servers, Sleep(at, nth=nth, after=after), in_a_rebuild=True, other_rebuilds=True)


@pytest.mark.slow
async def test_asleep_at_forgetting_what_was_parked_while_another_builds_the_same_rows(
    persistence: Persistence, servers: Servers
) -> None:
    sleep = Sleep(lambda collection, verb, _: (collection, verb) == ("parked", "delete"))
    asleep, id = replace(persistence, database=sleep.over(persistence.database, servers)), uuid.uuid4()
    sleeper, other = a_projector(asleep, servers, holder="a"), a_projector(persistence, servers, holder="b")
    await publish(servers, messages_of(id, school="broken"))
    await sleeper.generations.prepare()
    await sleeper.generations.begin()
    async with running(sleeper):
        async with asyncio.timeout(60):
            await sleep.asleep.wait()
        await take_lease_away(persistence)
        async with running(other):
            head = await rebuilt(other)
            parked = {"key": str(id).encode(), "generation": head.current}
            assert await persistence.database["parked"].count(parked) == 3
            sleep.wake.set()
            await asyncio.sleep(1)
            assert await persistence.database["parked"].count(parked) == 3
    await asleep.database.close()


async def _slept(persistence: Persistence, servers: Servers, sleep: Sleep, *, in_a_rebuild: bool, other_rebuilds: bool) -> None:
    """One falls asleep, the other takes its lease, reads everything on, rebuilds if it is to; then the first one wakes."""
    first, second = ([uuid.uuid4() for _ in range(30)] for _ in range(2))
    asleep = replace(persistence, database=sleep.over(persistence.database, servers))
    sleeper = a_projector(asleep, servers, holder="a", limit=BATCH, rows_in_memory=BATCH // 2)
    other = a_projector(persistence, servers, holder="b", limit=BATCH, rows_in_memory=BATCH // 2)
    await publish(servers, [message for id in first for message in messages_of(id)])
    async with running(sleeper):
        if in_a_rebuild:
            await row_of(sleeper, first[-1])
            await rebuild(sleeper)
            await sleeper.generations.begin()
        async with asyncio.timeout(60):
            await sleep.asleep.wait()
        await take_lease_away(persistence)
        async with running(other):
            await publish(servers, [message for id in second for message in messages_of(id)])
            await row_of(other, second[-1])
            if other_rebuilds:
                await rebuild(other)
            end = await ends(servers)
            await until(lambda: _shown(persistence, servers, end))
            before = await other.generations.head()
            sleep.wake.set()
            await asyncio.sleep(1.5)
            assert await _rows(other, [*first, *second]) == _expected([*first, *second])
            head = await other.generations.head()
            assert (head.current, head.following[head.current]) == (before.current, end)
            assert await committed(persistence, servers) == end
    await asleep.database.close()


def _expected(ids: list[uuid.UUID]) -> dict[str, tuple[object, object]]:
    rows = (row for id in ids for row in folded(orders, messages_of(id)).values())
    return {row["_id"]: (row["facts"], row["inbox"]) for row in rows}


async def _rows(projector: Projector, ids: list[uuid.UUID]) -> dict[str, tuple[object, object]]:
    generation = await projector.generations.current()
    found = await generation["toy_orders"].find({"_id": {"$in": [str(id) for id in ids]}})
    return {row["_id"]: (row["facts"], row["inbox"]) for row in found}


async def _shown(persistence: Persistence, servers: Servers, end: dict[str, int]) -> bool:
    return await committed(persistence, servers) == end
