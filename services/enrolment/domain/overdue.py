"""What the days bring to an intake: its school's open days, what has passed ends, reminders, and what follows from these."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from services.enrolment.domain.application import Application
from services.enrolment.domain.intake import Intake, IntakeEvent, common_fields
from services.enrolment.domain.policy import after, what_follows
from services.enrolment.domain.statuses import OPEN
from shared.events import applications as events
from shared.events.catalogue import IntakeCalendarChanged
from shared.events.delays import ApplicationExpired, ApplicationReminded, WaitsFor
from shared.kernel.open_days import OpenDays


def keep_time(intake: Intake, *, calendar: OpenDays, by: date, today: date) -> list[IntakeEvent]:
    """All that was due by the end of the day before one, with what follows from it today. Doing it twice changes nothing.

    The school's open days come first, so that nothing ends by days that the school has said otherwise since.
    """
    told = follow_calendar(intake, calendar=calendar, on=today)
    told += what_follows(after(intake, told), today)
    told += expire_overdue(after(intake, told), today=by)
    told += remind(after(intake, told), today=by)
    return [*told, *what_follows(after(intake, told), today)]


def follow_calendar(intake: Intake, *, calendar: OpenDays, on: date) -> list[IntakeEvent]:
    """Count by the open days that the school now says. What still runs ends accordingly; what has passed, has."""
    if intake.calendar == calendar:
        return []
    return [IntakeCalendarChanged(intake_id=intake.intake_id, school=intake.school, calendar=calendar, on=on)]


def expire_overdue(intake: Intake, *, today: date) -> list[IntakeEvent]:
    """Offers, and applications that the school did not answer, past their last day; once the intake has closed, all others."""
    return [event for application in intake.applications for event in _overdue(today, intake, application)]


def remind(intake: Intake, *, today: date) -> list[IntakeEvent]:
    """Two thirds of a delay have passed: once for each."""
    return [event for application in intake.applications for event in _reminders(today, intake, application)]


def _overdue(today: date, intake: Intake, application: Application) -> Iterator[IntakeEvent]:
    def fields(last_day: date) -> dict[str, Any]:
        return common_fields(intake, application.young_id, last_day + timedelta(days=1))

    late = {id: due for id, due in application.waiting.items() if due.on < min(today, intake.closes_on)}
    if application.until and application.until < today:
        yield events.PlaceExpired(**fields(application.until))
        return
    if late and len(late) == len(application.asking):
        yield ApplicationExpired(**fields(max(due.on for due in late.values())))
        return
    for referral_id, due in late.items():
        yield ApplicationExpired(**fields(due.on), referral_id=referral_id)
    if application.status in OPEN and intake.closes_on < today:
        yield events.ApplicationObsolete(**fields(intake.closes_on), because="intake_closed")


def _reminders(today: date, intake: Intake, application: Application) -> Iterator[IntakeEvent]:
    fields = common_fields(intake, application.young_id, today)
    for last_day in sorted({due.on for due in application.waiting.values() if due.is_to_remind_of(today)}):
        yield ApplicationReminded(**fields, waits_for=WaitsFor.SCHOOL, due_on=last_day)
    due = application.answer_due
    if due and due.is_to_remind_of(today):
        yield ApplicationReminded(**fields, waits_for=WaitsFor.FAMILY, referral_id=application.offered_to, due_on=due.on)
