"""What the simulation waits for."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from deploy.local.errors import CannotRun
from deploy.simulation import listener
from deploy.simulation.listener import Listener
from shared.events import Event
from shared.events.applications import PlaceReleased, WishesAnswered
from shared.events.message import ConsumerRecord, Message, message_of
from shared.events.referral import Answer, ReferralClosed

ON = date(2021, 3, 1)


def message(event: Event, sequence: int, source: str = "/enrolment/intakes/1") -> Message:
    return message_of(event, source=source, sequence=sequence, time=datetime(2021, 3, 1, tzinfo=UTC))


def released(intake_id: UUID, young_id: UUID) -> PlaceReleased:
    return PlaceReleased(on=ON, intake_id=intake_id, young_id=young_id, school="dole", programme="cap-serrurerie-metallerie")


async def test_a_message_that_comes_twice_or_late_counts_once() -> None:
    listener, intake_id, young_id = Listener(), uuid4(), uuid4()
    for sequence in (1, 2, 2, 1):
        await listener.handle(message(released(intake_id, young_id), sequence))
    await listener.handle(message(released(intake_id, young_id), 1, "/enrolment/intakes/2"))
    assert listener.times((intake_id, young_id), PlaceReleased) == 3


async def test_what_a_service_would_park_is_not_heard_and_hides_nothing() -> None:
    listener, intake_id, young_id, another = Listener(), uuid4(), uuid4(), uuid4()
    true = message(released(intake_id, young_id), 1)
    forged = replace(message(released(intake_id, another), 9), key=str(young_id))
    topic = PlaceReleased.topic
    await listener.take_in(ConsumerRecord(topic, 0, 0, b"a key", b"no event", []))
    for offset, one in enumerate((forged, true), start=1):
        await listener.take_in(ConsumerRecord(topic, 0, offset, one.key.encode(), one.data, one.headers()))
    assert listener.times((intake_id, young_id), PlaceReleased) == 1
    assert listener.times((intake_id, another), PlaceReleased) == 0


async def test_one_waits_until_all_wishes_are_answered() -> None:
    listener, referrals = Listener(), [uuid4(), uuid4()]
    waiting = asyncio.create_task(listener.until_wishes_answered(referrals))
    for id in referrals:
        await asyncio.sleep(0)
        assert not waiting.done()
        await listener.handle(
            message(WishesAnswered(on=ON, referral_id=id, young_id=uuid4(), agency="cio-du-canal", opened=()), 1)
        )
    await asyncio.wait_for(waiting, 1)


async def test_the_last_answer_of_a_referral_is_kept() -> None:
    listener, id, young_id = Listener(), uuid4(), uuid4()
    for sequence, answer in enumerate((Answer.REFUSED, Answer.ENROLLED)):
        event = ReferralClosed(on=ON, referral_id=id, young_id=young_id, agency="cio-du-canal", answer=answer)
        await listener.handle(message(event, sequence))
    assert listener.closed[id][0].answer is Answer.ENROLLED


async def test_what_is_never_published_ends_the_simulation_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "TIMEOUT", 0.05)
    with pytest.raises(CannotRun, match="Toujours pas entendu"):
        await Listener().until_wishes_answered([uuid4()])
