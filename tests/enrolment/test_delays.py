"""By when a school is to answer: in its open days, from the service's own clock, moved while it runs and never once passed."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrolment.domain import applications, calendars, meetings, overdue, seats
from services.enrolment.domain.intake import Intake
from services.enrolment.domain.school import evolve, register
from services.enrolment.domain.visibility import seen_by
from shared.events.applications import ApplicationObsolete, ApplicationStatus, Met, PlaceExpired
from shared.events.delays import ApplicationDue, ApplicationExpired, ApplicationReminded, WaitsFor
from shared.kernel.errors import Refused
from shared.kernel.open_days import Closure, OpenDays
from tests.enrolment.builders import (
    CLOSING,
    MAY,
    a_referral,
    a_school,
    admitted,
    an_attempt,
    an_intake,
    applied,
    fields_of,
    follows,
    happened,
    intake_command,
    passes_to,
    waitlisted,
)

DAY = timedelta(days=1)
REFERRAL = a_referral()
YOUNG = REFERRAL.young_id
LAST = date(2025, 6, 11)
"""Twenty open days after 12 May: Ascension and Whit Monday are none."""
TWO_THIRDS = date(2025, 6, 2)
BRIDGE = OpenDays(closures=(Closure(first_day=date(2025, 5, 30), last_day=date(2025, 6, 6)),))


def waiting(referral: Any = REFERRAL, **overrides: Any) -> Intake:
    """An intake whose school is to answer since 12 May."""
    return follows(applied(an_intake(**overrides), referral))


def due(intake: Intake, young_id: UUID = YOUNG) -> date:
    (one,) = intake.application(young_id).waiting.values()
    return one.on


def test_a_school_has_twenty_open_days_of_its_own_clock_to_answer() -> None:
    intake = applied(an_intake(), REFERRAL, on=date(2024, 1, 3))  # a day that somebody typed
    (said,) = policy_of(intake)
    assert said == ApplicationDue(
        **fields_of(intake, YOUNG), waits_for=WaitsFor.SCHOOL, referral_id=REFERRAL.referral_id, since=MAY, days=20,
        due_on=LAST, remind_on=TWO_THIRDS,
    )  # fmt: skip
    assert policy_of(happened(intake, [said])) == []


def policy_of(intake: Intake) -> list[Any]:
    return passes_to(intake, MAY)


def test_past_its_delay_an_application_expires_once_and_the_school_may_reopen_it_for_another_delay() -> None:
    intake = waiting()
    assert not any(isinstance(one, ApplicationExpired) for one in passes_to(intake, LAST))
    late = LAST + 3 * DAY
    told = passes_to(intake, late)
    assert told == [ApplicationExpired(**fields_of(intake, YOUNG, on=LAST + DAY))]
    expired = happened(intake, told)
    assert (expired.application(YOUNG).status, passes_to(expired, late)) == (ApplicationStatus.EXPIRED, [])
    reopened = follows(happened(expired, applications.reopen(expired, young_id=YOUNG, on=late)), late)
    assert due(reopened) == OpenDays().after(late, 20)


def test_a_closure_declared_later_moves_what_runs_and_never_what_has_passed() -> None:
    intake = waiting()
    moved = happened(intake, passes_to(intake, date(2025, 5, 28), BRIDGE))
    assert due(moved) == BRIDGE.after(MAY, 20) > LAST
    too_late = passes_to(intake, LAST + DAY, BRIDGE)
    assert ApplicationExpired(**fields_of(intake, YOUNG, on=LAST + DAY)) in too_late
    back = happened(moved, passes_to(moved, date(2025, 5, 28), OpenDays()))
    assert due(back) == LAST


def test_open_again_after_all_what_would_have_passed_ends_with_the_day() -> None:
    intake = waiting()
    moved = happened(intake, passes_to(intake, LAST, BRIDGE))
    today = LAST + DAY
    assert due(happened(moved, passes_to(moved, today, OpenDays()))) == today


def test_a_meeting_that_is_agreed_on_stops_the_delay_until_its_day() -> None:
    intake, meeting = waiting(), date(2025, 7, 1)
    planned = follows(happened(intake, applications.plan_interview(intake, young_id=YOUNG, planned_on=meeting, on=MAY)))
    assert due(planned) == OpenDays().after(meeting, 20)
    cancelled = follows(happened(planned, meetings.cancel_meeting(planned, young_id=YOUNG, on=MAY)), MAY + DAY)
    assert due(cancelled) == OpenDays().after(MAY + DAY, 20)


def test_an_immersion_stops_it_until_its_last_day() -> None:
    intake = waiting()
    days: dict[str, Any] = {"planned_from": date(2025, 7, 1), "planned_until": date(2025, 7, 4)}
    planned = follows(happened(intake, applications.plan_immersion(intake, young_id=YOUNG, **days, on=MAY)))
    assert due(planned) == OpenDays().after(date(2025, 7, 4), 20)


def test_who_was_called_is_waited_for_and_a_call_that_is_said_otherwise_is_no_other() -> None:
    intake, later = waiting(), date(2025, 5, 20)

    def called(before: Intake, today: date, **said: Any) -> Intake:
        contact = an_attempt(on=later, **said)
        return follows(happened(before, meetings.log_contact(before, young_id=YOUNG, contact=contact)), today)

    once = called(intake, later)
    assert due(once) == OpenDays().after(later, 20)
    assert due(called(once, later + DAY, reached=True)) == due(once)


def test_who_is_admissible_or_waits_for_a_seat_waits_for_no_answer() -> None:
    for intake in (follows(admitted(an_intake(), REFERRAL)), follows(waitlisted(an_intake(seats=0), REFERRAL))):
        assert intake.application(YOUNG).waiting == {}
        assert passes_to(intake, CLOSING) == []


def test_nothing_is_due_after_the_intake_closes_which_then_ends_it() -> None:
    intake = waiting(closes_on=date(2025, 5, 20))
    assert due(intake) == date(2025, 5, 20)
    (ended,) = passes_to(intake, date(2025, 5, 21))
    assert isinstance(ended, ApplicationObsolete)
    slept = waiting()
    assert [type(one) for one in passes_to(slept, CLOSING + 9 * DAY)] == [ApplicationExpired]


def test_other_delays_are_for_what_comes() -> None:
    intake = waiting()
    changed = follows(happened(intake, seats.change_delays(intake, answer_days=5, offer_days=3, on=MAY)))
    assert due(changed) == LAST
    other = a_referral()
    assert due(follows(applied(changed, other)), other.young_id) == OpenDays().after(MAY, 5)
    assert seats.change_delays(changed, answer_days=5, offer_days=3, on=MAY) == []
    assert seats.open_intake(changed, **intake_command()) == []  # asked again without a word of delays


def test_two_referrals_wait_each_for_its_own_delay() -> None:
    other = a_referral(young_id=YOUNG, agency="ml-dole")
    joined = MAY + 9 * DAY
    intake = follows(applied(waiting(), other, on=joined), joined)
    assert list(intake.application(YOUNG).waiting) == [REFERRAL.referral_id, other.referral_id]
    told = passes_to(intake, LAST + DAY)
    alone = ApplicationExpired(**fields_of(intake, YOUNG, on=LAST + DAY), referral_id=REFERRAL.referral_id)
    assert alone in told
    after = happened(intake, told)
    application = after.application(YOUNG)
    assert application.status is ApplicationStatus.UNDER_REVIEW
    assert [one.agency for one in application.asking] == ["ml-dole"]
    assert seen_by(application, "cio-dole").status is ApplicationStatus.EXPIRED
    assert seen_by(application, "ml-dole").status is ApplicationStatus.UNDER_REVIEW
    whole = passes_to(after, OpenDays().after(joined, 20) + DAY)
    assert [(type(one), getattr(one, "referral_id", "")) for one in whole] == [(ApplicationExpired, None)]


def test_of_two_thirds_of_a_delay_one_is_reminded_once() -> None:
    intake = waiting()
    assert passes_to(intake, TWO_THIRDS - DAY) == []
    told = passes_to(intake, TWO_THIRDS)
    assert told == [ApplicationReminded(**fields_of(intake, YOUNG, on=TWO_THIRDS), waits_for=WaitsFor.SCHOOL, due_on=LAST)]
    reminded = happened(intake, told)
    assert passes_to(reminded, TWO_THIRDS + DAY) == []
    moved = happened(reminded, passes_to(reminded, TWO_THIRDS + DAY, BRIDGE))
    assert overdue.remind(moved, today=due(moved)) == []
    assert overdue.remind(intake, today=LAST + DAY) == []  # nor of what has passed


@given(st.lists(st.integers(0, 12), max_size=12), st.booleans())
def test_whenever_sweeps_come_each_thing_is_told_once(gaps: list[int], answered: bool) -> None:
    intake, day, told = waiting(), MAY, []
    if answered:
        intake = follows(happened(intake, applications.admit(intake, young_id=YOUNG, met=Met.INTERVIEW, on=MAY)))
    for gap in gaps:
        day += gap * DAY
        told += (now := passes_to(intake, day))
        intake = happened(intake, now)
        assert passes_to(intake, day) == []
    kinds = [type(one) for one in told]
    assert all(kinds.count(kind) <= 1 for kind in (ApplicationExpired, ApplicationReminded, PlaceExpired))
    assert (ApplicationExpired in kinds) == (day > LAST and not answered)


def test_a_school_declares_a_hundred_closures_at_most_and_may_say_one_of_them_again() -> None:
    (registered,) = register(None, event=a_school())
    school = evolve(None, registered)
    for day in (MAY + extra * DAY for extra in range(calendars.MOST)):
        (said,) = calendars.close(school, first_day=day, last_day=day, on=MAY)
        school = evolve(school, said)
    assert calendars.close(school, first_day=MAY, last_day=MAY, on=MAY) == []
    with pytest.raises(Refused, match="too_many_closures"):
        calendars.close(school, first_day=MAY - DAY, last_day=MAY - DAY, on=MAY)
    assert calendars.cancel_closure(school, first_day=MAY, last_day=MAY, on=MAY)
