"""Decisions around meeting an applicant: each attempt to reach them is logged, what was planned may be cancelled."""

from datetime import date
from uuid import UUID

from services.enrolment.domain.application import Contact
from services.enrolment.domain.applications import ensure_allowed, open_moves
from services.enrolment.domain.contacts import MOST
from services.enrolment.domain.intake import Intake, IntakeEvent, common_fields
from services.enrolment.domain.statuses import APPLICATION, ApplicationAction
from shared.events.applications import ApplicationStatus, MeetingCancelled, Met
from shared.events.contacts import ApplicationContacted
from shared.kernel.errors import Refused

PLANNED = {ApplicationStatus.INTERVIEW_PLANNED: Met.INTERVIEW, ApplicationStatus.IMMERSION_PLANNED: Met.IMMERSION}


def log_contact(intake: Intake, *, young_id: UUID, contact: Contact) -> list[IntakeEvent]:
    """Log an attempt to reach an applicant, today or on a day since they applied. Logged twice, it counts once."""
    application = intake.application(young_id)
    if contact in application.contacts:
        return []
    action, on = ApplicationAction.CONTACT, contact.on
    APPLICATION.ensure(application.status, action, on=on, since=application.opened_on)
    if len(application.contacts) >= MOST:
        sentence = f"{MOST} essais de contact sont déjà notés : décidez de la suite."
        raise Refused("too_many_attempts", sentence, moves=open_moves(intake, young_id, on, action))
    return [ApplicationContacted(**common_fields(intake, young_id, on), **contact.model_dump(exclude={"on"}))]


def cancel_meeting(intake: Intake, *, young_id: UUID, on: date) -> list[IntakeEvent]:
    """The interview or the immersion that was planned will not be held; where nothing is planned any more, nothing changes."""
    application = intake.application(young_id)
    if application.status is ApplicationStatus.UNDER_REVIEW:
        return []
    ensure_allowed(intake, young_id, ApplicationAction.CANCEL_MEETING, on)
    return [MeetingCancelled(**common_fields(intake, young_id, on), meeting=PLANNED[application.status])]
