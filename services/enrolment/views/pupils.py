"""Pupils as their reader may see them."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from services.enrolment import labels
from services.enrolment.domain.enrolment import Enrolment, Outcome, Sitting, YearOfStudy
from services.enrolment.domain.presence import Correction, Step
from services.enrolment.domain.pupil import Pupil
from services.enrolment.domain.visibility import own_enrolments
from shared.events.students import EnrolmentStatus, InterruptionCode, Move
from shared.web.names import Names, ProgrammeResponse, SchoolResponse


class YearResponse(BaseModel):
    """One year of study in a school year."""

    intake_id: UUID
    programme: ProgrammeResponse
    school_year: str
    year_of_study: int
    last_year: bool
    move: Move | None
    since: date | None


class SittingResponse(Sitting):
    """An examination, under the title that its programme had at the session."""

    title: str | None


class EnrolmentResponse(BaseModel):
    """One enrolment, in its latest year of study."""

    enrolment_id: UUID
    intake_id: UUID
    school: SchoolResponse
    programme: ProgrammeResponse
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
    years: list[YearResponse]
    exams: tuple[SittingResponse, ...]
    outcomes: tuple[Outcome, ...]
    steps: tuple[Step, ...]
    corrections: tuple[Correction, ...]


class PupilResponse(EnrolmentResponse):
    """A pupil by their latest enrolment in the reader's school, and those before it."""

    young_id: UUID
    birth_month: str
    earlier: tuple[EnrolmentResponse, ...]


class OutcomesResponse(BaseModel):
    """What an agency has just declared of someone it referred: not what another did."""

    young_id: UUID
    outcomes: tuple[Outcome, ...]


def pupil(pupil: Pupil, school: str | None, names: Names) -> PupilResponse:
    """A pupil as a school sees them: its own enrolments only; None sees all."""
    own = own_enrolments(pupil.enrolments, school)
    earlier = tuple(EnrolmentResponse(**_enrolment(one, names)) for one in own[:-1])
    return PupilResponse(young_id=pupil.young_id, birth_month=pupil.birth_month, earlier=earlier, **_enrolment(own[-1], names))


def _enrolment(enrolment: Enrolment, names: Names) -> dict[str, Any]:
    years = [_year(enrolment.school, year, names) for year in enrolment.years]
    return {
        **enrolment.model_dump(exclude={"school", "years", "exams"}), **dict(years[-1]), "steps": enrolment.presence,
        "school": names.school(enrolment.school),
        "years": years, "exams": [_sitting(enrolment, one, names) for one in enrolment.exams],
        "label": labels.ENROLMENT.statuses[enrolment.status],
    }  # fmt: skip


def _year(school: str, year: YearOfStudy, names: Names) -> YearResponse:
    return YearResponse(**{**dict(year), "programme": names.programme(school, year.programme)})


def _sitting(enrolment: Enrolment, sitting: Sitting, names: Names) -> SittingResponse:
    session = date.fromisoformat(f"{sitting.session}-01")
    title = names.programme(enrolment.school, enrolment.now.programme, on=session).title
    return SittingResponse(**dict(sitting), title=title)
