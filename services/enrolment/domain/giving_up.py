"""« Désistement »: a confirmed place given up before the day of entry. It is no « rentrée manquée »."""

from datetime import date
from uuid import UUID

from services.enrolment.domain.intake import Intake, IntakeEvent
from services.enrolment.domain.intake import common_fields as application_fields
from services.enrolment.domain.pupil import Pupil, PupilEvent, common_fields
from services.enrolment.domain.pupils import ensure_allowed, open_moves
from services.enrolment.domain.statuses import EnrolmentAction
from shared.events.applications import ApplicationStatus, PlaceDeclined
from shared.events.students import EnrolmentStatus, StudentGaveUp
from shared.kernel.errors import Refused


def give_up(pupil: Pupil, *, school: str | None, on: date) -> list[PupilEvent]:
    """Will not come, and says so before the day of entry. The seat is given back when this event is handled."""
    enrolment = pupil.last(school)
    if enrolment.status is EnrolmentStatus.GAVE_UP:
        return []
    ensure_allowed(enrolment, EnrolmentAction.GIVE_UP, on)
    if on >= enrolment.starts_on:
        sentence = f"La rentrée était le {enrolment.starts_on:%d/%m/%Y} : qui ne vient pas alors a manqué la rentrée."
        raise Refused("after_start", sentence, moves=open_moves(enrolment, EnrolmentAction.GIVE_UP))
    return [StudentGaveUp(**common_fields(pupil, enrolment, on))]


def decline_given_up(intake: Intake, *, young_id: UUID, on: date) -> list[IntakeEvent]:
    """The place that a pupil gave up counts as declined: the seat is free, and the application may be reopened."""
    application = intake.application_of(young_id)
    if application is None or application.status is not ApplicationStatus.ENROLLED:
        return []
    return [PlaceDeclined(**application_fields(intake, young_id, on))]
