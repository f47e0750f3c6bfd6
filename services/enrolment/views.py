"""What enrolment shows: applications and pupils as their reader may see them, intakes without persons."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from services.enrolment.domain.intake import Application, Intake, Referring
from services.enrolment.domain.pupil import FRENCH as PRESENCES
from services.enrolment.domain.pupil import Enrolment, Outcome, Pupil, Sitting, YearOfStudy
from services.enrolment.domain.statuses import FRENCH
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
    application = intake.application(young_id)
    where = intake.model_dump(include={"intake_id", "school", "programme", "school_year"})
    fields = {**application.model_dump(exclude={"arrival", "met_on"}), "label": FRENCH[application.status], "motive": motive}
    if caller.kind == "agency":
        return ApplicationResponse(**{**where, **fields, **_told_to(caller.tenant, application)})
    waiting = [one.young_id for one in intake.waiting_list]
    rank = waiting.index(application.young_id) + 1 if application.young_id in waiting else None
    return ApplicationResponse(**where, **fields, rank=rank)


def applications(intake: Intake, caller: Caller) -> list[ApplicationResponse]:
    """The applications of an intake that this caller may see; pupils who came from another intake are not applicants."""
    shown = [one for one in intake.applications if (one.names(caller.tenant) if caller.kind == "agency" else one.referrals)]
    return [application(intake, one.young_id, caller) for one in shown]


def pupil(pupil: Pupil, school: str | None) -> PupilResponse:
    """A pupil as a school sees them: its own enrolments only; None sees all."""
    own = [one for one in pupil.enrolments if school in (None, one.school)]
    earlier = tuple(EnrolmentResponse(**_enrolment(one)) for one in own[:-1])
    return PupilResponse(young_id=pupil.young_id, birth_month=pupil.birth_month, earlier=earlier, **_enrolment(own[-1]))


def _told_to(agency: str, application: Application) -> dict[str, object]:
    """What an agency reads in place of what is older than its own referral, or comes from another's."""
    own = tuple(one for one in application.referrals if one.agency == agency)
    asking = [one for one in own if one.ended is None]
    planned = {field: getattr(application, field) for field in ("planned_on", "planned_from", "planned_until")}
    if not asking:
        last = own[-1]
        assert last.ended is not None
        nothing = {**dict.fromkeys(planned), "met": None, "until": None, "code": None, "because": None, "reasons": ()}
        return {
            **nothing, "overridden": False, "status": last.ended, "label": FRENCH[last.ended], "since": last.ended_on,
            "opened_on": own[0].on, "referrals": own, "priority": None, "rank": None,
        }  # fmt: skip
    joined = min(one.on for one in asking)
    return {
        **{field: day if day and day >= joined else None for field, day in planned.items()},
        "met": application.met if application.met_on and application.met_on >= joined else None,
        "opened_on": max(application.opened_on, joined),
        "since": max(application.since, joined),
        "referrals": own,
        "priority": None,
        "rank": None,
    }


def _enrolment(enrolment: Enrolment) -> dict[str, object]:
    return {**enrolment.model_dump(), **enrolment.now.model_dump(), "label": PRESENCES[enrolment.status]}
