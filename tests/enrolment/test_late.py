"""What is late: on a school's list with what it may do, and on that of each agency, of its own referrals alone."""

from datetime import date, timedelta

from services.enrolment.domain import applications, meetings
from services.enrolment.domain.late import Awaited, LateKind, awaited_in, late_in
from shared.events.applications import ApplicationStatus
from shared.kernel.open_days import OpenDays
from tests.enrolment.builders import (
    CLOSING,
    MAY,
    a_referral,
    an_attempt,
    an_intake,
    applied,
    follows,
    happened,
    offered,
    passes_to,
)

DAY = timedelta(days=1)
REFERRAL = a_referral()
YOUNG = REFERRAL.young_id
TWO_THIRDS, LAST = date(2025, 6, 2), date(2025, 6, 11)
MEETING = date(2025, 5, 20)


def test_an_answer_is_late_once_two_thirds_of_its_delay_have_passed_swept_or_not() -> None:
    intake = follows(applied(an_intake(), REFERRAL))
    assert late_in(intake, TWO_THIRDS - DAY) == []
    (late,) = late_in(intake, TWO_THIRDS)
    assert (late.kind, late.since, late.open_days, late.due_on) == (LateKind.ANSWER, MAY, 14, LAST)
    swept = happened(intake, passes_to(intake, TWO_THIRDS))
    assert late_in(swept, TWO_THIRDS) == [late]


def test_a_meeting_of_which_nothing_was_said_is_late_the_day_after() -> None:
    intake = follows(applied(an_intake(), REFERRAL))
    planned = follows(happened(intake, applications.plan_interview(intake, young_id=YOUNG, planned_on=MEETING, on=MAY)))
    assert late_in(planned, MEETING) == []
    (late,) = late_in(planned, MEETING + DAY)
    assert (late.kind, late.since, late.open_days) == (LateKind.MEETING, MEETING, 1)


def test_what_the_school_let_expire_stays_until_its_intake_closes_and_an_offer_that_nobody_took_is_not_its_own() -> None:
    intake = follows(applied(an_intake(), REFERRAL))
    expired = happened(intake, passes_to(intake, LAST + DAY))
    (late,) = late_in(expired, LAST + 5 * DAY)
    assert (late.kind, late.since, late.due_on) == (LateKind.EXPIRED, LAST + DAY, None)
    assert late_in(expired, CLOSING + DAY) == []
    not_taken = follows(offered(an_intake(), REFERRAL, until=LAST))
    assert [one.kind for one in late_in(not_taken, LAST)] == [LateKind.OFFER]
    assert late_in(happened(not_taken, passes_to(not_taken, LAST + DAY)), LAST + DAY) == []


def test_an_agency_reads_which_school_its_own_referral_waits_for_and_since_when() -> None:
    other = a_referral(young_id=YOUNG, agency="ml-dole")
    joined = MAY + 9 * DAY
    intake = follows(applied(follows(applied(an_intake(), REFERRAL)), other, on=joined), joined)
    days = OpenDays().between(MAY, TWO_THIRDS)
    assert awaited_in(intake, REFERRAL.agency, TWO_THIRDS) == [
        Awaited(
            referral_id=REFERRAL.referral_id, young_id=YOUNG, status=ApplicationStatus.UNDER_REVIEW, since=MAY, open_days=days,
            late=True,
        )
    ]  # fmt: skip
    (theirs,) = awaited_in(intake, "ml-dole", TWO_THIRDS)
    assert (theirs.referral_id, theirs.since, theirs.late) == (other.referral_id, joined, False)
    assert awaited_in(intake, "psad-39", TWO_THIRDS) == []


def test_a_meeting_that_was_agreed_on_before_a_referral_came_does_not_show_in_what_it_waits_for() -> None:
    intake = follows(applied(an_intake(), REFERRAL))
    planned = follows(happened(intake, applications.plan_interview(intake, young_id=YOUNG, planned_on=MEETING, on=MAY)))
    other, joined = a_referral(young_id=YOUNG, agency="ml-dole"), MAY + DAY
    both = follows(applied(planned, other, on=joined), joined)
    assert awaited_in(both, REFERRAL.agency, MEETING - DAY) == []  # a meeting to come
    (theirs,) = awaited_in(both, "ml-dole", MEETING - DAY)
    alone = follows(applied(an_intake(), other, on=joined), joined)
    assert [theirs] == awaited_in(alone, "ml-dole", MEETING - DAY)


def test_nor_does_that_it_was_cancelled_while_what_a_referral_hears_makes_it_wait_anew() -> None:
    intake = follows(applied(an_intake(), REFERRAL))
    planned = follows(happened(intake, applications.plan_interview(intake, young_id=YOUNG, planned_on=MEETING, on=MAY)))
    other, joined, cancelled = a_referral(young_id=YOUNG, agency="ml-dole"), MAY + DAY, MAY + 2 * DAY
    both = follows(applied(planned, other, on=joined), joined)
    freed = follows(happened(both, meetings.cancel_meeting(both, young_id=YOUNG, on=cancelled)), cancelled)
    (theirs,) = awaited_in(freed, "ml-dole", MEETING)
    assert theirs.since == joined
    assert [one.since for one in awaited_in(freed, REFERRAL.agency, MEETING)] == [cancelled]
    called = follows(happened(freed, meetings.log_contact(freed, young_id=YOUNG, contact=an_attempt(on=MEETING))), MEETING)
    assert {one.since for agency in ("ml-dole", REFERRAL.agency) for one in awaited_in(called, agency, LAST)} == {MEETING}


def test_a_school_that_did_not_answer_in_time_is_late_for_its_agency_too() -> None:
    intake = follows(applied(an_intake(), REFERRAL))
    expired = happened(intake, passes_to(intake, LAST + DAY))
    (awaited,) = awaited_in(expired, REFERRAL.agency, LAST + DAY)
    assert (awaited.status, awaited.late) == (ApplicationStatus.EXPIRED, True)
    assert awaited_in(expired, REFERRAL.agency, CLOSING + DAY) == []
