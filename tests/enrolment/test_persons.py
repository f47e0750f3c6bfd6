"""One person under two `young_id` is enrolled once; of an erased one nothing is kept, nor brought back."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.enrolment import handlers, use_cases
from services.enrolment.domain import pupils
from services.enrolment.domain.applications import apply
from services.enrolment.domain.files import Files
from services.enrolment.domain.intake import Intake
from services.enrolment.domain.withdrawals import withdraw_wholly
from services.enrolment.store import Store
from services.enrolment.use_cases import persons
from shared.events.amendments import Part, ReferralAmended
from shared.events.applications import ApplicationStatus, ApplicationWithdrawn
from shared.events.corrections import CorrectionCode
from shared.events.persons import ErasureCode, PersonErased, PersonMerged, PersonSplit
from shared.events.referral import ReferralSubmitted, Wish
from shared.events.students import InterruptionCode
from shared.kernel.caller import SYSTEM, Caller
from shared.kernel.errors import Refused
from tests.enrolment.builders import (
    MAY,
    a_message,
    a_programme,
    a_referral,
    an_intake,
    applied,
    fields_of,
    happened,
    offered,
    referral_message,
)
from tests.enrolment.drivers import ADMIN, enrols, held_and_waiting, intake_opens, offers, refers, starts, status

AGENCY = Caller("a", "agency", "cio-dole", "counsellor")


async def hears(store: Store, event: PersonMerged | PersonSplit | PersonErased, sequence: int = 1) -> None:
    message = a_message(event, source=f"/referral/person_records/{event.young_id}", sequence=sequence)
    await handlers.HANDLERS[type(event)](store, event, message)


async def erased(store: Store, young_id: UUID) -> None:
    await hears(store, PersonErased(young_id=young_id, code=ErasureCode.PERSON_ASKED, on=MAY))


async def two_offered(store: Store, *, merged: bool = True) -> tuple[list[Intake], list[ReferralSubmitted]]:
    """Two `young_id`, offered a seat each at two schools; of one person."""
    intakes = [await intake_opens(store, school=school) for school in ("besancon", "chalon")]
    referrals = [a_referral(wishes=(Wish(school=one.school, programme="usinage"),)) for one in intakes]
    for intake, referral in zip(intakes, referrals, strict=True):
        await refers(store, referral)
        await offers(store, intake, referral.young_id)
    if merged:
        await hears(store, PersonMerged(young_id=referrals[0].young_id, kept=referrals[1].young_id, on=MAY))
    return intakes, referrals


async def confirms(store: Store, intake: Intake, young_id: UUID, caller: Caller = ADMIN) -> Intake:
    return await use_cases.confirm(store, caller, intake_id=intake.intake_id, young_id=young_id, on=MAY)


async def test_a_place_is_not_confirmed_for_who_is_a_pupil_under_another_id(store: Store) -> None:
    (here, there), (one, other) = await two_offered(store)
    await confirms(store, here, one.young_id)
    with pytest.raises(Refused, match="already_enrolled"):
        await confirms(store, there, other.young_id)
    assert await status(store, there, other.young_id) is ApplicationStatus.OFFERED  # nothing is cancelled
    await hears(store, PersonSplit(young_id=one.young_id, on=MAY), 2)
    await confirms(store, there, other.young_id)


async def test_of_two_places_confirmed_at_once_for_one_person_one_is_refused(store: Store) -> None:
    intakes, referrals = await two_offered(store)
    confirming = (confirms(store, intake, one.young_id) for intake, one in zip(intakes, referrals, strict=True))
    outcomes = await asyncio.gather(*confirming, return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Intake", "Refused"]


async def test_who_came_back_elsewhere_under_another_id_does_not_come_back_here(store: Store) -> None:
    (here, there), (one, other) = await two_offered(store, merged=False)
    await confirms(store, here, one.young_id)
    await starts(store, one.young_id)
    gone: dict[str, Any] = {"school": None, "code": InterruptionCode.MOVED, "on": date(2025, 10, 1)}
    await store.pupils.acting(ADMIN).decide(one.young_id, pupils.interrupt, **gone)
    await confirms(store, there, other.young_id)
    await hears(store, PersonMerged(young_id=one.young_id, kept=other.young_id, on=MAY))
    with pytest.raises(Refused, match="already_enrolled"):
        await use_cases.resume(store, ADMIN, young_id=one.young_id, on=date(2025, 11, 3))


async def test_two_places_that_turn_out_to_be_one_persons_are_shown_and_kept(store: Store) -> None:
    (here, there), (one, other) = await two_offered(store, merged=False)
    await confirms(store, here, one.young_id)
    await hears(store, PersonMerged(young_id=one.young_id, kept=other.young_id, on=MAY))
    [places] = await persons.conflicts(store)
    assert [(place.young_id, place.intake_id, place.status) for place in sorted(places, key=lambda place: place.school)] == [
        (one.young_id, here.intake_id, ApplicationStatus.ENROLLED), (other.young_id, there.intake_id, ApplicationStatus.OFFERED),
    ]  # fmt: skip
    await hears(store, PersonSplit(young_id=one.young_id, on=MAY), 2)
    assert await persons.conflicts(store) == []


async def test_an_agency_is_not_told_why_a_place_waits_for_its_school(store: Store) -> None:
    (here, there), (one, other) = await two_offered(store)
    await confirms(store, here, one.young_id)
    with pytest.raises(Refused) as refused:
        await confirms(store, there, other.young_id, AGENCY)
    assert refused.value.code == "answered_at_school"  # as where its school hears the answer itself
    assert refused.value.sentence == "La réponse à cette place se donne auprès de l’école."


def test_what_is_open_of_an_erased_person_is_taken_back_for_every_referral_and_the_rest_stays() -> None:
    referral = a_referral()
    second = a_referral(young_id=referral.young_id, agency="mlds-jura")
    intake = offered(applied(an_intake(), referral), referral)
    intake = happened(intake, apply(intake, referral=second, programme=a_programme(), on=MAY))
    events = withdraw_wholly(intake, young_id=referral.young_id, on=MAY)
    assert events == [ApplicationWithdrawn(**fields_of(intake, referral.young_id))]
    after = happened(intake, events)
    assert after.seats_left == intake.seats_left + 1
    assert withdraw_wholly(after, young_id=referral.young_id, on=MAY) == []


async def test_an_erasure_frees_the_seat_for_who_waits_and_drops_what_was_said(store: Store) -> None:
    intake, held, waiting = await held_and_waiting(store)
    await store.motives._collection.insert({"_id": "x", "young_id": str(held.young_id), "sealed": b""})
    for _ in range(2):
        await erased(store, held.young_id)
    assert await status(store, intake, held.young_id) is ApplicationStatus.WITHDRAWN
    assert await status(store, intake, waiting.young_id) is ApplicationStatus.OFFERED
    for name in ("motives", "files"):
        kept = await store.database[name].find()
        assert str(held.young_id) not in str(kept), name
    assert await store.files.of(held.young_id) == Files()


async def test_what_is_told_of_an_erased_person_late_or_again_brings_nothing_back(store: Store) -> None:
    intake = await intake_opens(store)
    known, unknown = a_referral(), a_referral()
    await refers(store, known)
    for referral in (known, unknown):  # of the second the erasure is heard first
        await erased(store, referral.young_id)
        again = a_referral(young_id=referral.young_id)
        for message in (referral, again):
            await handlers.submitted(store, message, referral_message(message, sequence=9))
    assert await status(store, intake, unknown.young_id) is None
    assert await status(store, intake, known.young_id) is ApplicationStatus.WITHDRAWN
    assert await store.database["files"].find() == []


async def test_an_amendment_of_an_erased_person_that_is_heard_late_opens_nothing(store: Store) -> None:
    intake, referral = await intake_opens(store), a_referral()
    await erased(store, referral.young_id)
    stood = referral.model_dump(include={"referral_id", "young_id", "agency", "birth_month", "situation", "wishes", "complete"})
    late = ReferralAmended(**stood, code=CorrectionCode.TYPING, replaces=(Part.SITUATION,), on=MAY)
    await handlers.amended(store, late, referral_message(late, sequence=2))
    assert await status(store, intake, referral.young_id) is None
    assert await store.wishes_of(referral.young_id) == []


async def test_who_is_erased_while_their_referral_is_heard_keeps_nothing_open(store: Store) -> None:
    intake, referral = await intake_opens(store), a_referral()

    class Meanwhile(Store):
        async def has_answered(self, referral_id: UUID) -> bool:
            await erased(self, referral.young_id)
            return await super().has_answered(referral_id)

    await refers(Meanwhile(store.persistence), referral)
    assert await status(store, intake, referral.young_id) is ApplicationStatus.WITHDRAWN
    assert await store.database["files"].find() == []


async def test_an_erased_person_is_enrolled_no_more(store: Store) -> None:
    intake, referral = await intake_opens(store), a_referral()
    await refers(store, referral)
    await offers(store, intake, referral.young_id)
    await store.erased.mark(referral.young_id)
    with pytest.raises(Refused, match="erased"):
        await confirms(store, intake, referral.young_id)


async def test_a_pupil_who_was_enrolled_meanwhile_stays_one(store: Store) -> None:
    intake, referral = await intake_opens(store), a_referral()
    await refers(store, referral)
    await enrols(store, intake, referral.young_id)
    await erased(store, referral.young_id)
    assert await status(store, intake, referral.young_id) is ApplicationStatus.ENROLLED
    pupil = await store.every_pupil.acting(SYSTEM).get(referral.young_id)
    assert pupil.active


async def test_a_birth_month_that_is_written_after_an_erasure_is_dropped_at_once(store: Store) -> None:
    referral = a_referral()
    await store.erased.mark(referral.young_id)
    await store.files.follow(referral_message(referral))
    assert await store.database["files"].find() == []
