"""Age and priority are those of the day of entry, whenever the application comes and whatever day is agreed on."""

import uuid
from datetime import date

import pytest

from services.enrolment.domain import applications, pupils
from services.enrolment.domain.entries import plan_entry
from services.enrolment.domain.intake import Intake, IntakeEvent
from services.enrolment.domain.visibility import seen_by
from services.enrolment.domain.withdrawals import withdraw
from shared.events.applications import (
    ApplicationIneligible,
    ApplicationOpened,
    ApplicationStatus,
    ApplicationUnderReview,
    EntryPlanned,
    IneligibleReason,
    Met,
)
from shared.events.referral import ReferralSubmitted, Situation
from shared.kernel.errors import Invalid, Refused
from tests.enrolment.builders import (
    CLOSING,
    MAY,
    START,
    a_programme,
    a_referral,
    after,
    an_intake,
    applied,
    confirmed,
    enrolled,
    fields_of,
    happened,
    offered,
)

JANUARY = date(2026, 1, 12)
BORN = "2010-12"
"""Fifteen on 31 December 2025."""
OPEN_ALL_YEAR = an_intake(closes_on=date(2026, 6, 30))


def planned(intake: Intake, referral: ReferralSubmitted, entry_on: date, *, on: date = MAY) -> list[IntakeEvent]:
    return plan_entry(
        intake, young_id=referral.young_id, entry_on=entry_on, birth_month=referral.birth_month,
        out_of_school=referral.situation is Situation.OUT_OF_SCHOOL, programme=a_programme(), on=on,
    )  # fmt: skip


def too_young(intake: Intake = OPEN_ALL_YEAR) -> tuple[Intake, ReferralSubmitted]:
    referral = a_referral(birth_month=BORN, situation=Situation.OUT_OF_SCHOOL)
    return applied(intake, referral), referral


@pytest.mark.parametrize(
    ("on", "reasons"),
    [
        (MAY, (IneligibleReason.TOO_YOUNG_FOR_MACHINES,)),
        (date(2025, 12, 30), (IneligibleReason.TOO_YOUNG_FOR_MACHINES,)),
        (date(2025, 12, 31), ()),
        (JANUARY, ()),
    ],
)
def test_an_application_is_judged_at_the_age_of_its_entry(on: date, reasons: tuple[IneligibleReason, ...]) -> None:
    intake, referral = OPEN_ALL_YEAR, a_referral(birth_month=BORN, situation=Situation.OUT_OF_SCHOOL)
    fields = fields_of(intake, referral.young_id, on=on)
    opened = ApplicationOpened(
        **fields, referral_id=referral.referral_id, agency="cio-dole", school_year="2025-2026", priority=3 if reasons else 1
    )
    judged = ApplicationIneligible(**fields, reasons=reasons) if reasons else ApplicationUnderReview(**fields)
    assert applications.apply(intake, referral=referral, programme=a_programme(), on=on) == [opened, judged]


def test_every_reason_is_said_of_who_is_fourteen_after_the_entry() -> None:
    intake = applied(OPEN_ALL_YEAR, referral := a_referral(birth_month="2012-02"), on=JANUARY)
    reasons = (IneligibleReason.TOO_YOUNG, IneligibleReason.TOO_YOUNG_FOR_MACHINES)
    assert intake.application(referral.young_id).reasons == reasons


@pytest.mark.parametrize(("oldest", "reasons"), [(None, ()), (25, ()), (24, (IneligibleReason.TOO_OLD,))])
def test_an_upper_age_is_there_where_a_programme_sets_one(oldest: int | None, reasons: tuple[IneligibleReason, ...]) -> None:
    programme, adult = a_programme(oldest=oldest), a_referral(birth_month="2000-03")
    decided = applications.apply(OPEN_ALL_YEAR, referral=adult, programme=programme, on=MAY)
    assert happened(OPEN_ALL_YEAR, decided).application(adult.young_id).reasons == reasons


def test_who_was_too_young_in_may_is_examined_for_a_later_entry() -> None:
    intake, referral = too_young()
    fields = fields_of(intake, referral.young_id)
    decided = planned(intake, referral, JANUARY)
    assert decided == [EntryPlanned(**fields, entry_on=JANUARY, priority=1), ApplicationUnderReview(**fields)]
    after_it = happened(intake, decided)
    application = after_it.application(referral.young_id)
    assert (application.status, application.entry_on, application.priority) == (ApplicationStatus.UNDER_REVIEW, JANUARY, 1)
    assert planned(after_it, referral, JANUARY) == []


def test_an_entry_before_the_age_is_refused_but_to_who_has_a_dispensation() -> None:
    intake, referral = too_young()
    with pytest.raises(Refused, match="not_eligible"):
        planned(intake, referral, date(2025, 11, 3))
    dispensed = happened(intake, applications.review(intake, young_id=referral.young_id, overridden=True, on=MAY))
    assert planned(dispensed, referral, date(2025, 11, 3)) == [
        EntryPlanned(**fields_of(intake, referral.young_id), entry_on=date(2025, 11, 3), priority=3)
    ]


@pytest.mark.parametrize("day", [date(2025, 8, 31), date(2026, 9, 1), date(2024, 9, 2)])
def test_an_entry_is_within_the_intake_s_school_year(day: date) -> None:
    intake = applied(OPEN_ALL_YEAR, referral := a_referral())
    with pytest.raises(Invalid, match="outside_school_year") as no:
        planned(intake, referral, day)
    assert list(no.value.fields) == ["entry_on"]


def test_an_entry_is_not_planned_for_a_day_that_is_past() -> None:
    intake = applied(OPEN_ALL_YEAR, referral := a_referral())
    with pytest.raises(Invalid, match="outside_school_year"):
        planned(intake, referral, date(2025, 10, 1), on=date(2025, 10, 2))
    with pytest.raises(Refused, match="intake_closed"):
        planned(applied(an_intake(), referral), referral, JANUARY, on=date(2025, 11, 3))


def test_another_entry_moves_no_status_and_no_offer() -> None:
    intake = offered(an_intake(), referral := a_referral())
    after_it = happened(intake, planned(intake, referral, JANUARY))
    before, now = (one.application(referral.young_id) for one in (intake, after_it))
    seen = before.referrals[0].seen.model_copy(update={"entry_on": JANUARY})
    told = before.referrals[0].model_copy(update={"priority": 2, "seen": seen})
    assert now == before.model_copy(update={"entry_on": JANUARY, "priority": 2, "referrals": (told,)})


def test_another_referral_is_answered_by_its_own_age_and_the_first_keeps_its_answer() -> None:
    intake, first = too_young()
    second, october = a_referral(young_id=first.young_id, birth_month=BORN, agency="ml-dole"), date(2025, 10, 6)
    fields = fields_of(intake, first.young_id, on=october)
    opened, judged = applications.apply(intake, referral=second, programme=a_programme(), on=october)
    reasons = (IneligibleReason.TOO_YOUNG_FOR_MACHINES,)
    assert judged == ApplicationIneligible(**fields, reasons=reasons, referral_id=second.referral_id)
    waiting = happened(intake, [opened, judged])
    assert waiting.application(first.young_id).status is ApplicationStatus.INELIGIBLE
    assert [one.seen.status for one in waiting.application(first.young_id).referrals] == [ApplicationStatus.INELIGIBLE] * 2
    again = applied(intake, second, on=JANUARY).application(first.young_id)
    assert (again.status, [one.agency for one in again.asking]) == (ApplicationStatus.UNDER_REVIEW, ["ml-dole"])
    assert seen_by(again, "cio-dole") == seen_by(intake.application(first.young_id), "cio-dole")


def test_a_later_entry_is_heard_by_each_referral_that_was_too_young_and_gives_each_its_priority() -> None:
    intake, first = too_young()
    second = a_referral(young_id=first.young_id, birth_month=BORN, agency="ml-dole")
    both = applied(intake, second, on=date(2025, 5, 13))
    later = happened(both, planned(both, first, JANUARY)).application(first.young_id)
    assert [(one.priority, one.seen.status, one.seen.entry_on) for one in later.asking] == [
        (1, ApplicationStatus.UNDER_REVIEW, JANUARY)
    ] * 2


def test_an_agreed_entry_is_forgotten_where_an_application_begins_again() -> None:
    intake = applied(OPEN_ALL_YEAR, referral := a_referral())
    later = happened(intake, planned(intake, referral, JANUARY))
    gone = happened(later, withdraw(later, young_id=referral.young_id, agency=None, on=MAY))
    assert applied(gone, a_referral(young_id=referral.young_id)).application(referral.young_id).entry_on is None


def test_who_is_enrolled_for_a_later_entry_does_not_start_before_it() -> None:
    referral = a_referral(young_id=enrolled().young_id)
    intake = confirmed(an_intake(), referral)
    later = intake.with_application(intake.application(referral.young_id).model_copy(update={"entry_on": JANUARY}))
    pupil = enrolled(intake=later)
    assert pupil.last().starts_on == JANUARY
    with pytest.raises(Refused, match="before_start"):
        pupils.start(pupil, school="besancon", on=START)
    assert pupils.start(pupil, school="besancon", on=JANUARY)


def test_who_is_enrolled_once_it_has_begun_enters_on_that_day() -> None:
    late = date(2025, 10, 6)
    decided = pupils.enrol(
        None, young_id=uuid.uuid4(), birth_month="2009-03", intake=an_intake(), programme=a_programme(), on=late
    )
    assert after(None, decided).last().starts_on == late


@pytest.mark.parametrize("until", [date(2025, 5, 11), date(2024, 1, 1)])
def test_an_immersion_ends_when_it_begins_or_later(until: date) -> None:
    intake = applied(an_intake(), referral := a_referral())
    with pytest.raises(Invalid, match="inconsistent") as no:
        applications.plan_immersion(intake, young_id=referral.young_id, planned_from=MAY, planned_until=until, on=MAY)
    assert list(no.value.fields) == ["planned_until"]


def test_an_immersion_that_has_not_begun_has_neither_ended_nor_met_anybody() -> None:
    intake, first = applied(an_intake(), referral := a_referral()), date(2025, 6, 2)
    young = referral.young_id
    decided = applications.plan_immersion(intake, young_id=young, planned_from=first, planned_until=first, on=MAY)
    immersed = happened(intake, decided)
    with pytest.raises(Refused, match="before_immersion"):
        applications.end_immersion(immersed, young_id=young, on=MAY)
    with pytest.raises(Refused, match="before_immersion"):
        applications.admit(immersed, young_id=young, met=Met.IMMERSION, on=MAY)
    assert applications.admit(immersed, young_id=young, met=Met.INTERVIEW, on=MAY)
    assert applications.end_immersion(immersed, young_id=young, on=first)


def test_nobody_is_met_after_the_intake_has_closed() -> None:
    intake, late = applied(an_intake(), referral := a_referral()), date(2025, 11, 1)
    young = referral.young_id
    with pytest.raises(Refused, match="after_closing"):
        applications.plan_interview(intake, young_id=young, planned_on=late, on=MAY)
    with pytest.raises(Refused, match="after_closing"):
        applications.plan_immersion(intake, young_id=young, planned_from=CLOSING, planned_until=late, on=MAY)
    assert applications.plan_interview(intake, young_id=young, planned_on=CLOSING, on=MAY)
