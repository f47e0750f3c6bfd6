"""After a CAP completed, a Bac pro: another enrolment of the same person, in this school or elsewhere."""

import uuid
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.enrolment import admission, use_cases
from services.enrolment.domain import diplomas, pupils
from services.enrolment.domain.continuing import continue_in
from services.enrolment.domain.corrections import Mending, correct_presence
from services.enrolment.domain.enrolment import Outcome, enrolment_id_of
from services.enrolment.domain.giving_up import give_up
from services.enrolment.domain.intake import Intake
from services.enrolment.domain.presence import Fact
from services.enrolment.domain.pupil import Pupil, PupilEvent
from services.enrolment.handlers import HANDLERS
from services.enrolment.store import Store
from shared.events.applications import ApplicationStatus
from shared.events.catalogue import Certification, Promotion
from shared.events.corrections import CorrectionCode
from shared.events.referral import Wish
from shared.events.students import (
    DiplomaObtained,
    EnrolmentStatus,
    InterruptionCode,
    OutcomeDeclared,
    OutcomeProof,
    OutcomeSituation,
    OutcomeSource,
    Result,
    StudentEnrolled,
)
from shared.kernel.caller import Caller
from shared.kernel.errors import NotFound, Refused, Unavailable
from tests.enrolment.builders import (
    ENROLMENT,
    LATER,
    MAY,
    YOUNG,
    a_message,
    a_programme,
    a_referral,
    after,
    an_intake,
    completed,
    enrolled,
    fields_on,
    in_last_year,
    interrupted,
    started,
)
from tests.enrolment.drivers import ADMIN, enrols, events_of, intake_opens, refers, starts, status

BAC = a_programme(programme="bac", title="Bac pro", certification=Certification.BAC_PRO, years=3)
SUMMER = date(2027, 7, 5)


def bac_pro(**overrides: Any) -> Intake:
    return an_intake(**{"programme": BAC, "school_year": "2027-2028", "year_of_study": 2, "on": SUMMER, **overrides})


def continued(pupil: Pupil, to: Intake, *, on: date = SUMMER) -> list[PupilEvent]:
    return continue_in(pupil, school="besancon", to=to, programme=BAC, on=on)


def test_after_a_cap_completed_a_bac_pro_is_another_enrolment_in_year_two() -> None:
    pupil, to = completed(), bac_pro()
    decided = continued(pupil, to)
    assert decided == [
        StudentEnrolled(
            enrolment_id=enrolment_id_of(to.intake_id, YOUNG), young_id=YOUNG, school="besancon", programme="bac",
            birth_month="2009-03", intake_id=to.intake_id, school_year="2027-2028", year_of_study=2, last_year=False,
            starts_on=to.starts_on, on=SUMMER,
        )
    ]  # fmt: skip
    after_it = after(pupil, decided)
    assert [one.status for one in after_it.enrolments] == [EnrolmentStatus.COMPLETED, EnrolmentStatus.DUE]
    assert continued(after_it, to) == []


@pytest.mark.parametrize("pupil", [started(), in_last_year()])
def test_who_has_not_completed_does_not_go_on_so(pupil: Pupil) -> None:
    with pytest.raises(Refused, match="not_allowed"):
        continued(pupil, bac_pro())


@pytest.mark.parametrize(
    "to",
    [
        bac_pro(school="chalon"),
        an_intake(school_year="2027-2028", on=SUMMER),
        bac_pro(school_year="2025-2026", on=MAY),
    ],
)
def test_one_goes_on_in_another_programme_of_the_school_and_later(to: Intake) -> None:
    with pytest.raises(Refused, match="wrong_intake"):
        continued(completed(), to)


def test_nobody_goes_on_with_another_enrolment_under_way() -> None:
    pupil = after(completed(), continued(completed(), bac_pro()))
    with pytest.raises(Refused, match="not_allowed"):
        continued(pupil, bac_pro(school_year="2028-2029"))


@pytest.mark.parametrize(("until", "holds"), [(date(2027, 9, 1), True), (date(2027, 9, 15), False)])
def test_a_completion_is_not_mended_to_a_day_after_the_bac_pro_began(until: date, holds: bool) -> None:
    there = after(completed(), continued(completed(), bac_pro()))
    there = after(there, pupils.start(there, school=None, on=date(2027, 9, 1)))
    mend: dict[str, Any] = {"fact": Fact.COMPLETION, "titles": (), "school": None}
    mending = Mending(
        code=CorrectionCode.TYPING, replaces_on=LATER, happened_on=until, on=date(2027, 12, 1), enrolment_id=ENROLMENT
    )
    if holds:
        assert correct_presence(there, mending=mending, **mend)
        return
    with pytest.raises(Refused, match="contradiction") as no:
        correct_presence(there, mending=mending, **mend)
    assert "autre parcours" in no.value.sentence


def test_who_left_the_second_since_is_not_said_to_have_been_in_the_first_all_along() -> None:
    there = after(interrupted(), enrol_in_chalon := pupils.enrol(
        interrupted(), young_id=YOUNG, birth_month="2009-03", intake=an_intake(school="chalon"), programme=a_programme(),
        on=date(2025, 12, 8),
    ))  # fmt: skip
    assert enrol_in_chalon
    there = after(there, pupils.start(there, school="chalon", on=date(2025, 12, 9)))
    there = after(there, pupils.interrupt(there, school="chalon", code=InterruptionCode.OTHER, on=date(2026, 2, 2)))
    mending = Mending(code=CorrectionCode.TYPING, replaces_on=date(2025, 12, 1), happened_on=None, on=date(2027, 12, 1))
    with pytest.raises(Refused, match="contradiction"):
        correct_presence(there, school="besancon", fact=Fact.INTERRUPTION, titles=(), mending=mending)
    with pytest.raises(Refused, match="already_enrolled"):
        pupils.resume(there, school="besancon", on=date(2026, 1, 5))
    assert pupils.resume(there, school="besancon", on=date(2026, 2, 2))


def test_nobody_starts_on_a_day_on_which_they_were_elsewhere() -> None:
    there = enrolled(interrupted(), an_intake(school="chalon"))
    with pytest.raises(Refused, match="already_enrolled"):
        pupils.start(there, school="chalon", on=date(2025, 11, 30))
    assert pupils.start(there, school="chalon", on=date(2025, 12, 1))


def test_who_gave_the_bac_pro_up_may_still_go_on() -> None:
    pupil = after(completed(), continued(completed(), bac_pro()))
    gone = after(pupil, give_up(pupil, school="besancon", on=date(2027, 8, 1)))
    again = after(gone, continued(gone, bac_pro(), on=date(2027, 8, 2)))
    assert again.last().status is EnrolmentStatus.DUE
    assert len({one.enrolment_id for one in again.enrolments}) == 3


def test_who_missed_the_bac_pro_goes_on_in_another_year_and_not_in_the_same() -> None:
    pupil = after(completed(), continued(completed(), bac_pro()))
    absent = after(pupil, pupils.record_no_show(pupil, school=None, on=date(2027, 9, 6)))
    with pytest.raises(Refused, match="wrong_intake"):
        continued(absent, bac_pro(), on=date(2027, 9, 7))
    assert continued(absent, bac_pro(school_year="2028-2029"), on=date(2028, 6, 1))


def outcome(on: date, horizon: int = 6) -> Outcome:
    return Outcome(
        horizon=horizon, situation=OutcomeSituation.FURTHER_STUDIES, source=OutcomeSource.SCHOOL,
        proof=OutcomeProof.CERTIFICATE, on=on,
    )  # fmt: skip


def test_the_cap_s_result_and_outcome_are_its_own_though_the_bac_pro_has_begun() -> None:
    pupil = in_last_year()
    pupil = after(pupil, diplomas.register_exam(pupil, school=None, session="2027-06", on=date(2026, 10, 15)))
    exam_id = pupil.last().exams[0].exam_id
    leaver = pupil.with_enrolment(pupil.last().model_copy(update={"status": EnrolmentStatus.COMPLETED, "left_on": LATER}))
    gone_on = after(leaver, continued(leaver, bac_pro()))
    assert diplomas.give_result(gone_on, school=None, exam_id=exam_id, result=Result.OBTAINED, on=SUMMER) == [
        DiplomaObtained(**fields_on(SUMMER), exam_id=exam_id)
    ]
    january = date(2028, 1, 5)
    (told,) = diplomas.declare_outcome(gone_on, school="besancon", outcome=outcome(january))
    assert isinstance(told, OutcomeDeclared)
    assert (told.enrolment_id, told.programme) == (ENROLMENT, "usinage")


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
    declared = outcome(date(2027, 1, 4)).model_copy(update={"source": OutcomeSource.AGENCY})
    stranger = Caller("c", "agency", "ml-dole", "counsellor")
    with pytest.raises(NotFound):
        await use_cases.declare_outcome(store, stranger, young_id=pupil.young_id, outcome=declared)
    own = Caller("c", "agency", "cio-dole", "counsellor")
    found = await use_cases.declare_outcome(store, own, young_id=pupil.young_id, outcome=declared)
    assert [len(one.outcomes) for one in found.enrolments] == [1, 0]
