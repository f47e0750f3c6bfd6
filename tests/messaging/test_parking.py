"""Parked messages: kept in order, let go once, and nothing of theirs told."""

from uuid import uuid4

from shared.events.message import ConsumerRecord
from shared.messaging.parking import BEHIND, Parking
from shared.persistence.transaction import Persistence

KEY = uuid4().bytes


def a_record(offset: int, *, type: bytes = b"fr.etabli.production.order.received.v1") -> ConsumerRecord:
    return ConsumerRecord("etabli.production", 3, offset, KEY, b"{}", [("ce_type", type)])


async def test_a_message_waits_behind_the_parked_one_of_its_key(persistence: Persistence) -> None:
    parking = Parking(persistence)
    assert not await parking.park_if_blocked(a_record(1))
    await parking.park(a_record(1), "bug_ValueError")
    assert await parking.park_if_blocked(a_record(2))
    assert [row.code for row in await parking.all()] == ["bug_ValueError", BEHIND]


async def test_a_message_does_not_wait_behind_one_that_is_let_go_meanwhile(persistence: Persistence) -> None:
    class Interleaved(Parking):
        """Another lets the first message go between our look and our own parking."""

        async def park(self, record: ConsumerRecord, code: str) -> None:
            await plain.release(a_record(1))
            await super().park(record, code)

    plain, interleaved = Parking(persistence), Interleaved(persistence)
    await plain.park(a_record(1), "bug_ValueError")
    assert not await interleaved.park_if_blocked(a_record(2))
    assert await plain.left() == 0


async def test_a_type_that_does_not_look_like_ours_is_not_repeated(persistence: Persistence) -> None:
    parking = Parking(persistence)
    await parking.park(a_record(1, type="fr.etabli.Léa Dupont".encode()), "unknown_type")
    await parking.park(a_record(2), "unknown_type")
    assert [row.type for row in await parking.all()] == ["", "fr.etabli.production.order.received.v1"]
