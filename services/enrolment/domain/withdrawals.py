"""Decisions that end an application without the school's answer: taken back, or no longer of use."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.enrolment.domain.application import Application, Referring
from services.enrolment.domain.applications import ensure_allowed
from services.enrolment.domain.intake import Intake, IntakeEvent, common_fields
from services.enrolment.domain.statuses import OPEN, ApplicationAction
from shared.events import applications as events
from shared.events.applications import ApplicationStatus


def withdraw(intake: Intake, *, young_id: UUID, agency: str | None, on: date) -> list[IntakeEvent]:
    """A school takes the application back; an agency, its own part. A seat that it held is free again once it has ended."""
    application = intake.application(young_id)
    leaving = [one for one in application.asking if agency in (None, one.agency)]
    if application.status is ApplicationStatus.WITHDRAWN or not leaving:
        return []
    ensure_allowed(intake, young_id, ApplicationAction.WITHDRAW, on)
    return _take_back(intake, application, leaving, on, by_school=agency is None)


def withdraw_referral(intake: Intake, *, young_id: UUID, referral_id: UUID, on: date) -> list[IntakeEvent]:
    """An agency withdraws a whole referral: what this one still asks for is taken back, what was answered stays."""
    application = intake.application_of(young_id)
    if application is None or application.status not in OPEN:
        return []
    return _take_back(intake, application, [one for one in application.asking if one.referral_id == referral_id], on)


def make_obsolete(intake: Intake, *, young_id: UUID, on: date) -> list[IntakeEvent]:
    """Enrolled elsewhere: an open application no longer asks for an answer."""
    application = intake.application_of(young_id)
    if application is None or application.status not in OPEN:
        return []
    return [events.ApplicationObsolete(**common_fields(intake, young_id, on), because="enrolled_elsewhere")]


def _take_back(
    intake: Intake, application: Application, leaving: Sequence[Referring], on: date, *, by_school: bool = False
) -> list[IntakeEvent]:
    """The application ends with the last referrals that ask for it; before, it goes on for the others."""
    fields = common_fields(intake, application.young_id, on)
    if len(leaving) == len(application.asking):
        return [events.ApplicationWithdrawn(**fields, by_school=by_school)]
    return [events.ApplicationLeft(**fields, referral_id=one.referral_id, agency=one.agency) for one in leaving]
