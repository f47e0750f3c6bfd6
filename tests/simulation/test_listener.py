"""The ears of the play."""

import asyncio
from datetime import date
from uuid import UUID, uuid4

import pytest

from deploy.local.errors import CannotRun
from deploy.simulation import listener
from deploy.simulation.listener import Ears
from shared.events import PlaceReleased, ReferralClosed, WishesAnswered
from shared.events.referral import Answer

ON = date(2021, 3, 1)


def released(intake_id: UUID, young_id: UUID) -> PlaceReleased:
    return PlaceReleased(on=ON, intake_id=intake_id, young_id=young_id, school="dole", programme="cap-serrurerie-metallerie")


async def test_a_message_heard_twice_counts_once() -> None:
    ears, intake_id, young_id = Ears(), uuid4(), uuid4()
    event = released(intake_id, young_id)
    for sequence in (1, 1, 2):
        await ears.hear(event, slot="/enrolment/intakes/1 a", sequence=sequence)
    assert ears.times((intake_id, young_id), PlaceReleased) == 2


async def test_one_waits_until_all_wishes_are_answered() -> None:
    ears, referrals = Ears(), [uuid4(), uuid4()]
    waiting = asyncio.create_task(ears.wishes_of(referrals))
    for number, id in enumerate(referrals):
        await asyncio.sleep(0)
        assert not waiting.done()
        event = WishesAnswered(on=ON, referral_id=id, young_id=uuid4(), agency="cio-du-canal", opened=())
        await ears.hear(event, slot=str(number), sequence=1)
    await asyncio.wait_for(waiting, 1)


async def test_the_last_answer_told_of_a_referral_is_kept() -> None:
    ears, id = Ears(), uuid4()
    for sequence, answer in enumerate((Answer.REFUSED, Answer.ENROLLED)):
        event = ReferralClosed(on=ON, referral_id=id, young_id=uuid4(), agency="cio-du-canal", answer=answer)
        await ears.hear(event, slot="one", sequence=sequence)
    assert ears.closed[id].answer is Answer.ENROLLED


async def test_what_is_never_told_ends_the_play_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "PATIENCE", 0.05)
    with pytest.raises(CannotRun, match="Toujours pas entendu"):
        await Ears().wishes_of([uuid4()])
