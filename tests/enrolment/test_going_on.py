"""Going on in a Bac pro after a CAP, with its seat: what is kept, once, whoever else asks."""

import uuid
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.enrolment import use_cases
from services.enrolment.domain import pupils
from services.enrolment.domain.giving_up import give_up
from services.enrolment.domain.intake import Intake
from services.enrolment.domain.pupil import Pupil
from services.enrolment.handlers import HANDLERS
from services.enrolment.store import Store
from services.enrolment.use_cases import admission
from shared.events.applications import ApplicationStatus
from shared.events.catalogue import Certification, Promotion
from shared.events.referral import Wish
from shared.events.students import (
    EnrolmentStatus,
    OutcomeSource,
    StudentEnrolled,
)
from shared.kernel.caller import Caller
from shared.kernel.errors import NotFound, Refused, Unavailable
from tests.enrolment.builders import (
    a_message,
    a_programme,
    a_referral,
    an_outcome,
)
from tests.enrolment.drivers import ADMIN, enrols, events_of, intake_opens, refers, starts, status

BAC = a_programme(programme="bac", title="Bac pro", certification=Certification.BAC_PRO, years=3)
SUMMER = date(2027, 7, 5)


async def a_leaver(store: Store) -> tuple[Pupil, Intake]:
    """Completes the CAP of one year in which they were enrolled, in a school that has a Bac pro too."""
    intake = await intake_opens(store, programme=a_programme(years=1), seats=1, promotion=Promotion.AUTOMATIC)
    await refers(store, referral := a_referral())
    await enrols(store, intake, referral.young_id)
    store.clock.advance(datetime(2026, 7, 4, 8, tzinfo=UTC))
    await starts(store, referral.young_id)
    summer = date(2026, 7, 3)
    pupil = await store.pupils.acting(ADMIN).decide(referral.young_id, pupils.complete, school=None, on=summer)
    to = await intake_opens(store, programme=BAC, school_year="2026-2027", year_of_study=2, seats=1, on=summer)
    return pupil, to


async def test_going_on_takes_a_seat_and_is_said_once(store: Store) -> None:
    pupil, to = await a_leaver(store)
    head, on = Caller("a", "school", "besancon", "head"), date(2026, 7, 4)
    for _ in range(2):
        await admission.continue_pupil(store, head, young_id=pupil.young_id, intake_id=to.intake_id, on=on)
    assert await status(store, to, pupil.young_id) is ApplicationStatus.ENROLLED
    told = [one for one in await events_of(store.pupils, pupil.young_id) if isinstance(one, StudentEnrolled)]
    assert [one.programme for one in told] == ["usinage", "bac"]
    elsewhere = Caller("a", "school", "chalon", "head")
    with pytest.raises(NotFound):
        await admission.continue_pupil(store, elsewhere, young_id=pupil.young_id, intake_id=to.intake_id, on=on)


async def test_who_gave_the_bac_pro_up_takes_a_seat_of_it_again_once_it_was_given_back(store: Store) -> None:
    pupil, to = await a_leaver(store)
    of: dict[str, Any] = {"young_id": pupil.young_id, "intake_id": to.intake_id, "on": date(2026, 7, 4)}
    await admission.continue_pupil(store, ADMIN, **of)
    await store.pupils.acting(ADMIN).decide(pupil.young_id, give_up, school=None, on=of["on"])
    (*_, event) = await events_of(store.pupils, pupil.young_id)
    with pytest.raises(Unavailable, match="still_leaving"):
        await admission.continue_pupil(store, ADMIN, **of)
    await HANDLERS[type(event)](store, event, a_message(event, source=f"/enrolment/places/{pupil.young_id}", sequence=9))
    await admission.continue_pupil(store, ADMIN, **of)
    assert await status(store, to, pupil.young_id) is ApplicationStatus.ENROLLED


async def test_going_on_finds_no_seat_and_keeps_nothing(store: Store) -> None:
    pupil, to = await a_leaver(store)
    on, other = date(2026, 7, 4), a_referral(wishes=(Wish(school="besancon", programme="bac", year_of_study=2),))
    await refers(store, other)
    await enrols(store, to, other.young_id)
    with pytest.raises(Refused, match="no_place"):
        await admission.continue_pupil(store, ADMIN, young_id=pupil.young_id, intake_id=to.intake_id, on=on)
    assert len((await store.pupils.acting(ADMIN).get(pupil.young_id)).enrolments) == 1


async def test_a_referral_enrols_a_former_pupil_in_the_year_that_it_wishes_for(store: Store) -> None:
    pupil, to = await a_leaver(store)
    wish = Wish(school="besancon", programme="bac", year_of_study=2)
    again = a_referral(young_id=pupil.young_id, agency="ml-dole", wishes=(wish,), referral_id=uuid.uuid4())
    await refers(store, again)
    assert await status(store, to, pupil.young_id) is ApplicationStatus.UNDER_REVIEW
    await enrols(store, to, pupil.young_id)
    found = await store.pupils.acting(ADMIN).get(pupil.young_id)
    assert [(one.status, one.now.year_of_study) for one in found.enrolments] == [
        (EnrolmentStatus.COMPLETED, 1), (EnrolmentStatus.DUE, 2),
    ]  # fmt: skip


async def test_the_agency_of_the_cap_still_says_what_became_of_who_went_on(store: Store) -> None:
    pupil, to = await a_leaver(store)
    on = date(2026, 7, 4)
    await admission.continue_pupil(store, ADMIN, young_id=pupil.young_id, intake_id=to.intake_id, on=on)
    store.clock.advance(datetime(2027, 1, 4, 8, tzinfo=UTC))
    declared = an_outcome(date(2027, 1, 4)).model_copy(update={"source": OutcomeSource.AGENCY})
    stranger = Caller("c", "agency", "ml-dole", "counsellor")
    with pytest.raises(NotFound):
        await use_cases.declare_outcome(store, stranger, young_id=pupil.young_id, outcome=declared)
    own = Caller("c", "agency", "cio-dole", "counsellor")
    found = await use_cases.declare_outcome(store, own, young_id=pupil.young_id, outcome=declared)
    assert [len(one.outcomes) for one in found.enrolments] == [1, 0]
