"""A projector that slept through its lease, at whichever of its writes, changes nothing once another has the rows."""

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest

from deploy.local.servers import Servers
from shared.persistence.transaction import Persistence
from shared.projections.projector import Projector
from tests.projections.builders import folded, messages_of, orders
from tests.projections.drivers import (
    Sleep,
    a_projector,
    committed,
    ends,
    publish,
    rebuilt,
    row_of,
    running,
    take_lease_away,
    until,
)

BATCH = 40
At = Callable[[str, str], bool]


def rows(number: int) -> At:
    return lambda collection, verb: (collection, verb) == (f"rows_{number}.toy_orders", "bulk")


def heads(collection: str, verb: str) -> bool:
    return (collection, verb) == ("generations", "update")


def verb(name: str) -> At:
    return lambda _collection, verb: verb == name


AFTER = pytest.mark.parametrize("after", [False, True], ids=["before", "after"])


@AFTER
@pytest.mark.parametrize(("at", "nth"), [(rows(1), 1), (rows(1), 2), (heads, 3)], ids=["rows", "more rows", "offsets"])
async def test_asleep_in_a_batch_while_another_reads_on_and_rebuilds(
    persistence: Persistence, servers: Servers, at: At, nth: int, after: bool
) -> None:
    await _slept(persistence, servers, Sleep(at, nth=nth, after=after), rebuild=False)


@AFTER
@pytest.mark.parametrize(
    ("at", "nth"), [(rows(3), 1), (rows(3), 2), (verb("drop"), 1), (verb("delete"), 2)],
    ids=["rows", "more rows", "drop", "forget"],
)  # fmt: skip
async def test_asleep_in_a_rebuild_while_another_rebuilds(
    persistence: Persistence, servers: Servers, at: At, nth: int, after: bool
) -> None:
    await _slept(persistence, servers, Sleep(at, nth=nth, after=after), rebuild=True)


async def _slept(persistence: Persistence, servers: Servers, sleep: Sleep, *, rebuild: bool) -> None:
    first, second = [uuid.uuid4() for _ in range(30)], [uuid.uuid4() for _ in range(30)]
    asleep = replace(persistence, database=sleep.over(persistence.database, servers))
    sleeper = a_projector(asleep, servers, holder="a", limit=BATCH)
    other = a_projector(persistence, servers, holder="b", limit=BATCH)
    await publish(servers, [message for id in first for message in messages_of(id)])
    async with running(sleeper):
        if rebuild:
            await row_of(sleeper, first[-1])
            await sleeper.generations.begin()
            await rebuilt(sleeper)
            await sleeper.generations.begin()
        async with asyncio.timeout(60):
            await sleep.asleep.wait()
        await take_lease_away(persistence)
        async with running(other):
            await publish(servers, [message for id in second for message in messages_of(id)])
            await row_of(other, second[-1])
            await other.generations.begin()
            number = (await rebuilt(other)).current
            end = await ends(servers)
            await until(lambda: _shown(persistence, servers, end))
            sleep.wake.set()
            await asyncio.sleep(3)
            assert await _rows(other, [*first, *second]) == {
                row["_id"]: (row["facts"], row["inbox"])
                for id in (*first, *second)
                for row in folded(orders, messages_of(id)).values()
            }
            head = await other.generations.head()
            assert (head.current, head.following[number]) == (number, end)
            assert await committed(persistence, servers) == end


async def _rows(projector: Projector, ids: list[uuid.UUID]) -> dict[str, tuple[object, object]]:
    generation = await projector.generations.current()
    found = await generation["toy_orders"].find({"_id": {"$in": [str(id) for id in ids]}})
    return {row["_id"]: (row["facts"], row["inbox"]) for row in found}


async def _shown(persistence: Persistence, servers: Servers, end: dict[str, int]) -> bool:
    return await committed(persistence, servers) == end
