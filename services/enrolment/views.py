"""What enrolment shows: applications and pupils as their reader may see them, intakes without persons."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from services.enrolment import labels
from services.enrolment.domain.application import Referring
from services.enrolment.domain.enrolment import Enrolment, Outcome, Sitting, YearOfStudy
from services.enrolment.domain.intake import Intake
from services.enrolment.domain.pupil import Pupil
from services.enrolment.domain.visibility import as_shown, own_enrolments, sees_what_others_make, shown_applications
from shared.events.applications import ApplicationStatus, IneligibleReason, Met
from shared.events.catalogue import Promotion
from shared.events.referral import RefusalCode
from shared.events.students import EnrolmentStatus, InterruptionCode
from shared.kernel.caller import Caller


class SeatsResponse(BaseModel):
    """An intake and its seats; no person."""

    intake_id: UUID
    school: str
    programme: str
    school_year: str
    year_of_study: int
    seats: int
    seats_left: int
    starts_on: date
    closes_on: date
    promotion: Promotion


class ApplicationResponse(BaseModel):
    """One application; `rank` is the place in the waiting list.

    An agency sees only its own referrals in it, nothing older than they are nor later than their end, and no priority nor
    rank: others make them.
    """

    intake_id: UUID
    school: str
    programme: str
    school_year: str
    young_id: UUID
    status: ApplicationStatus
    label: str
    since: date
    opened_on: date
    priority: int | None
    rank: int | None
    referrals: tuple[Referring, ...]
    reasons: tuple[IneligibleReason, ...]
    overridden: bool
    planned_on: date | None
    planned_from: date | None
    planned_until: date | None
    met: Met | None
    until: date | None
    code: RefusalCode | None
    because: str | None
    motive: str | None = None


class EnrolmentResponse(BaseModel):
    """One enrolment, in its latest year of study."""

    enrolment_id: UUID
    intake_id: UUID
    school: str
    programme: str
    school_year: str
    year_of_study: int
    last_year: bool
    status: EnrolmentStatus
    label: str
    enrolled_on: date
    starts_on: date
    started_on: date | None
    left_on: date | None
    code: InterruptionCode | None
    years: tuple[YearOfStudy, ...]
    exams: tuple[Sitting, ...]
    outcomes: tuple[Outcome, ...]


class PupilResponse(EnrolmentResponse):
    """A pupil by their latest enrolment in the reader's school, and those before it."""

    young_id: UUID
    birth_month: str
    earlier: tuple[EnrolmentResponse, ...]


class OutcomesResponse(BaseModel):
    """What an agency has just declared of someone it referred: not what another did."""

    young_id: UUID
    outcomes: tuple[Outcome, ...]


def seats(intake: Intake) -> SeatsResponse:
    return SeatsResponse(
        seats_left=intake.seats_left, **intake.model_dump(include=set(SeatsResponse.model_fields) - {"seats_left"})
    )


def application(intake: Intake, young_id: UUID, caller: Caller, motive: str | None = None) -> ApplicationResponse:
    """An application as this caller may see it."""
    shown = as_shown(caller, intake.application(young_id))
    fields = {
        **intake.model_dump(include={"intake_id", "school", "programme", "school_year"}),
        **shown.model_dump(exclude={"arrival", "met_on", "priority"}), "label": labels.APPLICATION.statuses[shown.status],
    }  # fmt: skip
    if not sees_what_others_make(caller):
        return ApplicationResponse(**fields, priority=None, rank=None, motive=None)
    return ApplicationResponse(**fields, priority=shown.priority, rank=_rank(intake, young_id), motive=motive)


def applications(intake: Intake, caller: Caller) -> list[ApplicationResponse]:
    """The applications of an intake that this caller may see."""
    return [application(intake, one.young_id, caller) for one in shown_applications(caller, intake.applications)]


def pupil(pupil: Pupil, school: str | None) -> PupilResponse:
    """A pupil as a school sees them: its own enrolments only; None sees all."""
    own = own_enrolments(pupil.enrolments, school)
    earlier = tuple(EnrolmentResponse(**_enrolment(one)) for one in own[:-1])
    return PupilResponse(young_id=pupil.young_id, birth_month=pupil.birth_month, earlier=earlier, **_enrolment(own[-1]))


def _rank(intake: Intake, young_id: UUID) -> int | None:
    waiting = [one.young_id for one in intake.waiting_list]
    return waiting.index(young_id) + 1 if young_id in waiting else None


def _enrolment(enrolment: Enrolment) -> dict[str, Any]:
    return {**enrolment.model_dump(), **enrolment.now.model_dump(), "label": labels.ENROLMENT.statuses[enrolment.status]}
