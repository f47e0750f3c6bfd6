"""Decisions that end an application without the school's answer: taken back, or no longer of use."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.enrolment.domain import mandates
from services.enrolment.domain.application import Application, Referring, Standing
from services.enrolment.domain.applications import ensure_allowed, open_moves
from services.enrolment.domain.intake import Intake, IntakeEvent, common_fields
from services.enrolment.domain.statuses import APPLICATION, OPEN, ApplicationAction
from shared.events import applications as events
from shared.events.applications import ApplicationStatus
from shared.kernel.transitions import not_before


def withdraw(intake: Intake, *, young_id: UUID, agency: str | None, on: date) -> list[IntakeEvent]:
    """A school takes the application back; an agency, its own part. A seat that it held is free again once it has ended."""
    application = intake.application(young_id)
    standing: Standing = application if agency is None else mandates.mandate_of(application, agency).seen
    if standing.status is ApplicationStatus.WITHDRAWN:
        return []
    if agency is None:
        leaving: Sequence[Referring] = application.asking
        ensure_allowed(intake, young_id, ApplicationAction.WITHDRAW, on)
        came = max((one.on for one in leaving), default=None)
        not_before(came, on, subject=APPLICATION.labels.subject, moves=open_moves(intake, young_id, on))
    else:
        mandates.ensure_allowed(application, agency, ApplicationAction.WITHDRAW, on)
        leaving = [one for one in application.asking if one.agency == agency]
    return _take_back(intake, application, leaving, on, by_school=agency is None)


def withdraw_referral(intake: Intake, *, young_id: UUID, referral_id: UUID, on: date) -> list[IntakeEvent]:
    """An agency withdraws a whole referral: what this one still asks for is taken back, what was answered stays.

    Told of a day before the referral came here, it is of the day when it came.
    """
    application = intake.application_of(young_id)
    if application is None or application.status not in OPEN:
        return []
    leaving = [one for one in application.asking if one.referral_id == referral_id]
    return _take_back(intake, application, leaving, max([on, *(one.on for one in leaving)]))


def withdraw_wholly(intake: Intake, *, young_id: UUID, on: date) -> list[IntakeEvent]:
    """Of who is erased nothing is asked any more: what is open is taken back, for every referral."""
    application = intake.application_of(young_id)
    if application is None or application.status not in OPEN:
        return []
    return _take_back(intake, application, application.asking, on)


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
    if not leaving:
        return []
    fields = common_fields(intake, application.young_id, on)
    if len(leaving) == len(application.asking):
        return [events.ApplicationWithdrawn(**fields, by_school=by_school)]
    return [events.ApplicationLeft(**fields, referral_id=one.referral_id, agency=one.agency) for one in leaving]
