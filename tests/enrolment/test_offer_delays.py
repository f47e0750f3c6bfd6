"""By when a family is to take a place: the intake's delay in open days, or the day that the school said."""

from datetime import date, timedelta

from services.enrolment.domain import offers, overdue, places
from services.enrolment.domain.intake import Intake
from shared.events.applications import PlaceExpired, PlaceOffered
from shared.events.delays import ApplicationDue, ApplicationReminded, WaitsFor
from shared.kernel.open_days import Closure, OpenDays
from tests.enrolment.builders import MAY, a_referral, admitted, an_intake, fields_of, follows, happened, passes_to

DAY = timedelta(days=1)
REFERRAL = a_referral()
YOUNG = REFERRAL.young_id
LAST = date(2025, 5, 26)
"""Ten open days after 12 May."""
WEEK_OFF = OpenDays(closures=(Closure(first_day=date(2025, 5, 19), last_day=date(2025, 5, 23)),))


def offered(until: date | None = None, on: date = MAY) -> Intake:
    intake = admitted(an_intake(), REFERRAL, on=on)
    return follows(happened(intake, places.offer(intake, young_id=YOUNG, until=until, on=on, today=MAY)))


def test_without_a_day_an_offer_lasts_for_the_delay_of_its_intake_from_the_service_s_own_clock() -> None:
    typed = date(2025, 5, 2)
    (told,) = places.offer(admitted(an_intake(), REFERRAL, on=typed), young_id=YOUNG, until=None, on=typed, today=MAY)
    assert told == PlaceOffered(**fields_of(an_intake(), YOUNG, on=typed), until=LAST, days=10)
    application = offered(on=typed).application(YOUNG)
    assert (application.until, application.offer_days) == (LAST, 10)
    due = application.answer_due
    assert due
    assert (due.since, due.on, due.remind_on) == (MAY, LAST, date(2025, 5, 21))


def test_a_closure_moves_an_offer_that_counts_a_delay_and_not_the_day_that_a_school_said() -> None:
    counted, said = offered(), offered(until=LAST)
    today = date(2025, 5, 15)
    moved = passes_to(counted, today, WEEK_OFF)
    until = WEEK_OFF.after(MAY, 10)
    assert PlaceOffered(**fields_of(counted, YOUNG, on=today), until=until, days=10) in moved
    after = happened(counted, moved).application(YOUNG)
    assert after.answer_due
    assert (after.until, after.answer_due.since, after.answer_due.on) == (until, MAY, until)
    assert happened(said, passes_to(said, today, WEEK_OFF)).application(YOUNG).until == LAST
    assert PlaceExpired(**fields_of(counted, YOUNG, on=LAST + DAY)) in passes_to(counted, LAST + DAY, WEEK_OFF)


def test_who_may_answer_is_reminded_once_and_again_of_another_delay() -> None:
    intake = offered()
    reminder = ApplicationReminded(
        **fields_of(intake, YOUNG, on=date(2025, 5, 21)), waits_for=WaitsFor.FAMILY, referral_id=REFERRAL.referral_id, due_on=LAST
    )
    assert passes_to(intake, date(2025, 5, 21)) == [reminder]
    reminded = happened(intake, [reminder])
    moved = happened(reminded, passes_to(reminded, date(2025, 5, 22), WEEK_OFF))
    assert overdue.remind(moved, today=date(2025, 6, 2)) == []
    longer = offers.extend_offer(reminded, young_id=YOUNG, until=date(2025, 6, 20), on=date(2025, 5, 22))
    extended = follows(happened(reminded, longer), date(2025, 5, 22))
    (again,) = overdue.remind(extended, today=date(2025, 6, 12))
    assert isinstance(again, ApplicationReminded)
    assert again.due_on == date(2025, 6, 20)


def test_an_offer_of_an_earlier_build_has_its_delay_said_by_the_first_sweep() -> None:
    intake = admitted(an_intake(), REFERRAL)
    kept = happened(intake, places.offer(intake, young_id=YOUNG, until=LAST, on=MAY))
    (said,) = passes_to(kept, MAY)
    assert isinstance(said, ApplicationDue)
    assert (said.due_on, said.days, said.since) == (LAST, None, MAY)
