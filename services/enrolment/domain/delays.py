"""Delays, in the open days of the school: by when it is to answer each referral, and a family an offered place.

They count from the service's own clock, never from a day that somebody typed, and only while it is somebody's turn: not before
a meeting that is agreed on, nor while an applicant waits for a seat. One that has passed is never moved.
"""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from services.enrolment.domain.application import Application, Due, Referring
from services.enrolment.domain.intake import Intake, IntakeEvent, common_fields
from services.enrolment.domain.statuses import WAITS_FOR_THE_SCHOOL
from shared.events.applications import ApplicationStatus, PlaceOffered
from shared.events.delays import ApplicationDue, WaitsFor
from shared.kernel.open_days import two_thirds


def say_what_is_due(intake: Intake, today: date) -> list[IntakeEvent]:
    """Each answer that becomes due, and each whose last day moves with the open days, the closing or an offer that runs."""
    if today > intake.closes_on:
        return []
    return [event for application in intake.applications for event in _of(intake, application, today)]


def _of(intake: Intake, application: Application, today: date) -> Iterator[IntakeEvent]:
    if application.status in WAITS_FOR_THE_SCHOOL:
        for one in application.asking:
            yield from _by_the_school(intake, application, one, today)
    elif application.status is ApplicationStatus.OFFERED and application.until and application.until >= today:
        yield from _by_the_family(intake, application, application.until, today)


def _by_the_school(intake: Intake, application: Application, one: Referring, today: date) -> Iterator[IntakeEvent]:
    known = one.due
    if known and known.on < today:
        return
    since, days = (known.since, known.days) if known else (_turn(application, today), intake.answer_days)
    due = _due(intake, since, days, known, today)
    if due != known:
        yield _said(intake, application, due, waits_for=WaitsFor.SCHOOL, referral_id=one.referral_id, on=today)


def _by_the_family(intake: Intake, application: Application, until: date, today: date) -> Iterator[IntakeEvent]:
    known = application.answer_due
    since, days = (known.since if known else today), application.offer_days
    due = _due(intake, since, days, known, today, said=until)
    if due.on != until:
        yield PlaceOffered(**common_fields(intake, application.young_id, today), until=due.on, days=days)
    if due.on != until or due != known:
        yield _said(intake, application, due, waits_for=WaitsFor.FAMILY, referral_id=application.offered_to, on=today)


def _turn(application: Application, today: date) -> date:
    """The day after which the school has time to answer: today, or the last of a meeting that is agreed on."""
    match application.status:
        case ApplicationStatus.INTERVIEW_PLANNED:
            return max(today, application.planned_on or today)
        case ApplicationStatus.IMMERSION_PLANNED:
            return max(today, application.planned_until or today)
        case _:
            return today


def _due(intake: Intake, since: date, days: int | None, known: Due | None, today: date, *, said: date | None = None) -> Due:
    """What is due as it now counts: at the latest the day the intake closes; what runs does not end before today is over."""
    ends_on = intake.calendar.after(since, days) if days else said
    assert ends_on is not None
    on = max(min(ends_on, intake.closes_on), today if known else since)
    left = intake.calendar.between(since, on)
    remind_on = intake.calendar.after(since, two_thirds(left)) if left else None
    reminded = known is not None and known.remind_on is None
    return Due(since=since, days=days, on=on, remind_on=None if reminded else remind_on)


def _said(
    intake: Intake, application: Application, due: Due, *, waits_for: WaitsFor, referral_id: UUID | None, on: date
) -> ApplicationDue:
    return ApplicationDue(
        **common_fields(intake, application.young_id, on), waits_for=waits_for, referral_id=referral_id, since=due.since,
        days=due.days, due_on=due.on, remind_on=due.remind_on,
    )  # fmt: skip
