"""Decisions on an offer that stands: it ends on another day, or is taken back."""

from datetime import date
from uuid import UUID

from services.enrolment.domain.applications import ensure_allowed, open_moves
from services.enrolment.domain.intake import Intake, IntakeEvent, common_fields
from services.enrolment.domain.places import ensure_answerable, ensure_until
from services.enrolment.domain.statuses import ApplicationAction
from shared.events import applications as events
from shared.events.applications import ApplicationStatus


def extend_offer(intake: Intake, *, young_id: UUID, until: date, on: date) -> list[IntakeEvent]:
    """Hold the seat until another day, later or earlier than said; at the latest the day the intake closes."""
    application = intake.application(young_id)
    ends_on = min(until, intake.closes_on)
    if application.status is ApplicationStatus.OFFERED and application.until == ends_on:
        return []
    ensure_allowed(intake, young_id, ApplicationAction.EXTEND_OFFER, on)
    ensure_answerable(intake, application, ApplicationAction.EXTEND_OFFER, on)
    ensure_until(until, on, open_moves(intake, young_id, on))
    return [events.PlaceOffered(**common_fields(intake, young_id, on), until=ends_on)]


def take_back_offer(intake: Intake, *, young_id: UUID, on: date) -> list[IntakeEvent]:
    """The school no longer offers the seat: it is free again, and the applicant admissible as before."""
    if intake.application(young_id).status is ApplicationStatus.ADMISSIBLE:
        return []
    ensure_allowed(intake, young_id, ApplicationAction.TAKE_BACK_OFFER, on)
    return [events.PlaceOfferWithdrawn(**common_fields(intake, young_id, on))]
