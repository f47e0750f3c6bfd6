"""What is parked beside rows: once per generation, told once, and discarded for all of them."""

import uuid

from deploy.local.servers import Servers
from shared.events.message import ConsumerRecord
from shared.messaging.place import Place
from shared.persistence.transaction import Persistence
from shared.projections.taking_in import take_in
from tests.projections.builders import message_about, received_order
from tests.projections.drivers import a_projector

ID = uuid.uuid4()


def a_record(offset: int) -> ConsumerRecord:
    message = message_about(received_order(ID), offset)
    return ConsumerRecord("etabli.production", 0, offset, message.key.encode(), message.data, message.headers())


async def test_a_discard_holds_for_the_rows_that_are_read_those_built_and_those_to_come(
    persistence: Persistence, servers: Servers
) -> None:
    await persistence.database.create_collections()
    projector = a_projector(persistence, servers)
    parked, generations = projector.parked("rows"), projector.generations
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
    await take_in(later, [a_record(5), a_record(6), a_record(7)])
    assert await later.parking.left() == 0
    (row,) = await later["toy_orders"].find()
    assert list(row["inbox"].values() if isinstance(row["inbox"], dict) else row["inbox"]) == [7]


async def test_what_was_parked_beside_rows_that_are_built_is_not_replayed_before_they_are_read(
    persistence: Persistence, servers: Servers
) -> None:
    projector = a_projector(persistence, servers)
    await projector.generations.prepare()
    await projector.generations.begin()
    await projector.generations.generation(2).parking.park(a_record(5), "bug_ValueError")
    done, left = await projector.parked("rows").replay()
    assert (done.replayed, left) == (0, 0)
    assert await projector.generations.generation(2).parking.left() == 1
