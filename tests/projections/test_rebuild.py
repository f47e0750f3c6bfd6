"""A rebuild fills other rows beside those that are read, which answer all the while, and loses nothing that was parked."""

import asyncio
import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest
from aiokafka import AIOKafkaProducer

from deploy.local.servers import Servers
from shared.events.message import Message
from shared.persistence.transaction import Persistence
from shared.projections.read_model import same
from tests.projections import builders
from tests.projections.builders import folded, messages_of, orders
from tests.projections.drivers import Sleep, a_projector, keeping, publish, rebuild, rebuilt, row_of, running, until
from tests.projections.test_projector import parked_of

PARKED_AGAIN = [(2, "bug_ValueError"), (2, "behind_a_parked_message"), (2, "behind_a_parked_message")]


def at_the_rows_of(generation: int) -> Sleep:
    return Sleep(lambda collection, verb, _: (collection, verb) == (f"rows_{generation}.toy_orders", "bulk"))


@pytest.fixture
def broken() -> Iterator[str]:
    """A school whose orders the projection cannot take, until it is mended."""
    school = f"mended-{uuid.uuid4().hex[:8]}"
    builders.BROKEN.add(school)
    yield school
    mend(school)


def mend(school: str) -> None:
    builders.BROKEN.discard(school)


async def test_a_rebuild_ends_in_the_same_rows(persistence: Persistence, servers: Servers) -> None:
    id = uuid.uuid4()
    async with running(a_projector(persistence, servers)) as projector:
        await publish(servers, messages_of(id))
        before = await row_of(projector, id)
        rows = (await projector.generations.current())["toy_orders"]
        await rows.update({"_id": str(id)}, {"$set": {"facts.accepted_on": [["", "wrong"]]}})
        head = await rebuild(projector)
        assert (head.current, head.done) == (2, head.total)
        assert head.total > 0
        assert same(await row_of(projector, id), before)


async def test_rows_are_read_and_go_on_while_others_are_built_and_a_replica_without_the_lease_may_ask(
    persistence: Persistence, servers: Servers
) -> None:
    sleep = at_the_rows_of(2)
    slow = replace(persistence, database=sleep.over(persistence.database, servers))
    one, two = uuid.uuid4(), uuid.uuid4()
    idle = a_projector(persistence, servers, holder="idle")
    async with keeping(a_projector(slow, servers)) as projector, running(idle):
        await publish(servers, messages_of(one))
        before = await row_of(idle, one)
        await idle.generations.begin()
        async with asyncio.timeout(60):
            await sleep.asleep.wait()
        assert (await idle.generations.head()).building == 2
        assert same(await row_of(idle, one), before)
        await publish(servers, messages_of(two))
        sleep.wake.set()
        assert (await rebuilt(projector)).current == 2
        assert same(await row_of(idle, one), before)
        await row_of(idle, two)
    await slow.database.close()


async def test_rows_are_never_further_than_those_that_replace_them(persistence: Persistence, servers: Servers) -> None:
    ids = [uuid.uuid4() for _ in range(40)]
    async with running(a_projector(persistence, servers, limit=20)) as projector:
        await publish(servers, messages_of(ids[0]))
        await row_of(projector, ids[0])
        await projector.generations.begin()
        publishing = asyncio.create_task(_publish_each(servers, [messages_of(id) for id in ids]))
        await rebuilt(projector)
        head = await projector.generations.head()
        assert all(head.following[2][name] >= offset for name, offset in head.following[1].items())
        await publishing
        await row_of(projector, ids[-1])


async def _publish_each(servers: Servers, histories: list[list[Message]]) -> None:
    for one in histories:
        await publish(servers, one)


async def test_who_asks_again_has_it_begun_anew_and_what_was_built_is_dropped(persistence: Persistence, servers: Servers) -> None:
    sleep = at_the_rows_of(2)
    slow = replace(persistence, database=sleep.over(persistence.database, servers))
    id = uuid.uuid4()
    async with running(a_projector(slow, servers)) as projector:
        await publish(servers, messages_of(id))
        await row_of(projector, id)
        await projector.generations.begin()
        async with asyncio.timeout(60):
            await sleep.asleep.wait()
        await projector.generations.begin()
        sleep.wake.set()
        assert (await rebuilt(projector)).current == 3
        await row_of(projector, id)
        names = await until(lambda: _without(persistence, "rows_2.toy_orders"))
        assert {"rows_1.toy_orders", "rows_3.toy_orders"} <= names
    await slow.database.close()


async def _without(persistence: Persistence, name: str) -> set[str]:
    names = await persistence.database.names()
    return set() if name in names else names


@pytest.mark.parametrize("mended", [True, False], ids=["mended before", "mended after"])
async def test_what_is_unparked_during_a_rebuild_on_another_replica_is_in_both_rows(
    persistence: Persistence, servers: Servers, broken: str, mended: bool
) -> None:
    sleep = at_the_rows_of(2)
    slow = replace(persistence, database=sleep.over(persistence.database, servers))
    id, good = uuid.uuid4(), uuid.uuid4()
    other = a_projector(persistence, servers, holder="other")
    async with keeping(a_projector(slow, servers)) as projector, running(other):
        await publish(servers, [*messages_of(id, school=broken), *messages_of(good)])
        await row_of(projector, good)
        await parked_of(persistence, id, 3)
        await projector.generations.begin()
        if mended:
            mend(broken)
        async with asyncio.timeout(60):
            await sleep.asleep.wait()
        mend(broken)
        assert (await other.parked().replay())[0].replayed == 3
        expected = folded(orders, messages_of(id, school=broken))[str(id)]
        assert (await row_of(other, id))["facts"] == expected["facts"]
        sleep.wake.set()
        await rebuilt(projector)
        parked = await persistence.database["parked"].find({"key": str(id).encode()}, sort=["offset"])
        assert [(one["generation"], one["code"]) for one in parked] == ([] if mended else PARKED_AGAIN)
        assert (await other.parked().replay())[0].replayed == len(parked)
        assert (await row_of(other, id))["facts"] == expected["facts"]
    await slow.database.close()


async def test_a_rebuild_ends_where_the_last_offsets_hold_no_message(persistence: Persistence, servers: Servers) -> None:
    id = uuid.uuid4()
    sender = AIOKafkaProducer(bootstrap_servers=servers.kafka, transactional_id=f"test-{id}")
    async with sender, sender.transaction():
        for message in messages_of(id):
            await sender.send("etabli.production", message.data, key=message.key.encode(), headers=message.headers())
    async with running(a_projector(persistence, servers)) as projector:
        await row_of(projector, id)
        head = await rebuild(projector)
        assert (head.current, head.done) == (2, head.total)


async def test_a_change_is_told_to_who_waits_on_another_replica(persistence: Persistence, servers: Servers) -> None:
    id = uuid.uuid4()
    other = a_projector(persistence, servers, holder="other")
    async with keeping(a_projector(persistence, servers)) as projector, running(other):
        await publish(servers, messages_of(id))
        await row_of(projector, id)
        async with asyncio.timeout(5):
            assert await other.changes.wait(0) > 0
            assert await projector.changes.wait(0) > 0
