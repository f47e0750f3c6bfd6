"""What is parked beside rows: once per generation, told once, and discarded for all of them."""

import asyncio
import uuid
from dataclasses import replace
from functools import partial

import pytest

from deploy.local.servers import Servers
from shared.events.message import ConsumerRecord
from shared.kernel.errors import NotFound
from shared.messaging.place import Place
from shared.persistence.transaction import Persistence
from shared.projections.taking_in import take_in
from tests.projections.builders import folded, message_about, messages_of, orders, received_order
from tests.projections.drivers import Sleep, a_projector

ID = uuid.uuid4()


def a_record(offset: int) -> ConsumerRecord:
    message = message_about(received_order(ID), offset)
    return ConsumerRecord("etabli.production", 0, offset, message.key.encode(), message.data, message.headers())


async def test_a_discard_holds_for_the_rows_that_are_read_those_built_and_those_to_come(
    persistence: Persistence, servers: Servers
) -> None:
    await persistence.database.create_collections()
    projector = a_projector(persistence, servers)
    parked, generations = projector.parked(), projector.generations
    await generations.prepare()
    await generations.begin()
    for number, offset in ((1, 5), (2, 5), (2, 6)):
        await generations.generation(number).parking.park(a_record(offset), "bug_ValueError")
    assert await parked.codes() == {"bug_ValueError": 2}
    assert [one.place.offset for one in await parked.all()] == [5, 6]

    await parked.discard(Place.of(a_record(5)), reason="Un essai", by="admin ops")
    assert await parked.codes() == {"bug_ValueError": 1}
    await parked.discard(Place.of(a_record(6)), reason="Un essai", by="admin ops")
    assert await parked.codes() == {}
    later = generations.generation(3)
    await take_in(later, [a_record(5), a_record(6)])
    assert await later["toy_orders"].find() == []
    await take_in(later, [a_record(7)])
    assert await later["toy_orders"].count() == 1
    assert await later.parking.left() == 0


async def test_what_was_parked_beside_rows_that_are_built_is_not_replayed_before_they_are_read(
    persistence: Persistence, servers: Servers
) -> None:
    projector = a_projector(persistence, servers)
    await projector.generations.prepare()
    await projector.generations.begin()
    await projector.generations.generation(2).parking.park(a_record(5), "bug_ValueError")
    done, left = await projector.parked().replay()
    assert (done.replayed, left) == (0, 0)
    assert await projector.generations.generation(2).parking.left() == 1


async def test_what_came_before_a_parked_message_is_in_the_rows_before_it_may_be_discarded(
    persistence: Persistence, servers: Servers
) -> None:
    messages, of_rows = messages_of(ID), Sleep(lambda name, verb, _: verb == "bulk" and name.startswith("rows_"))
    records = [replace(a_record(at), value=one.data, headers=one.headers()) for at, one in enumerate(messages)]
    records[2] = replace(records[2], value=b"spoilt")
    await persistence.database.create_collections()
    await a_projector(persistence, servers).generations.prepare()
    sleepy = a_projector(replace(persistence, database=of_rows.over(persistence.database, servers)), servers)
    taking_in = asyncio.create_task(take_in(sleepy.generations.generation(1), records))
    await of_rows.asleep.wait()

    projector = a_projector(persistence, servers)
    discard = partial(projector.parked().discard, Place.of(records[2]), reason="Un essai", by="admin ops")
    with pytest.raises(NotFound):
        await discard()
    of_rows.wake.set()
    await taking_in
    await discard()
    rows = projector.generations.generation(1)
    assert await rows.parking.left() == 0
    (row,) = await rows["toy_orders"].find()
    expected = folded(orders, [messages[0], messages[1], messages[3]])[str(ID)]
    assert row["facts"] == expected["facts"]
