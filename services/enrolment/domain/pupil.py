"""A pupil: one young person's enrolments, at most one of them active, with their years, exams and outcomes."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict

from services.enrolment.domain.visibility import own_pupils
from shared.events import (
    DiplomaFailed,
    DiplomaObtained,
    Event,
    ExamRegistered,
    OutcomeDeclared,
    StudentChangedProgramme,
    StudentCompleted,
    StudentDidNotStart,
    StudentEnrolled,
    StudentInterrupted,
    StudentMovedUp,
    StudentRepeated,
    StudentResumed,
    StudentStarted,
)
from shared.events.students import (
    ContractKind,
    EnrolmentStatus,
    InterruptionCode,
    OutcomeProof,
    OutcomeSituation,
    OutcomeSource,
    StudentEvent,
    YearEvent,
)
from shared.kernel.aggregate import Aggregate
from shared.kernel.calendar import BirthMonth, SchoolYear
from shared.kernel.errors import NotFound
from shared.kernel.identifiers import Slug

ENROLMENTS = UUID("b8a4c3de-0d39-5c1f-9a53-2f0e6f6c7d21")


def enrolment_id_of(intake_id: UUID, young_id: UUID) -> UUID:
    """One enrolment per application: its id follows from it."""
    return uuid5(ENROLMENTS, f"{intake_id} {young_id}")


def exam_id_of(enrolment_id: UUID, session: str) -> UUID:
    """One exam per enrolment and session."""
    return uuid5(ENROLMENTS, f"{enrolment_id} {session}")


FRENCH: Mapping[EnrolmentStatus, str] = {
    EnrolmentStatus.DUE: "rentrée à venir",
    EnrolmentStatus.PRESENT: "en formation",
    EnrolmentStatus.INTERRUPTED: "parcours interrompu",
    EnrolmentStatus.COMPLETED: "parcours terminé",
    EnrolmentStatus.DID_NOT_START: "rentrée manquée",
}
ACTIVE = frozenset({EnrolmentStatus.DUE, EnrolmentStatus.PRESENT})
LEFT = frozenset({EnrolmentStatus.INTERRUPTED, EnrolmentStatus.COMPLETED})


class Result(StrEnum):
    OBTAINED = "obtained"
    FAILED = "failed"
    ABSENT = "absent"


class Sitting(BaseModel):
    """An examination session that a pupil was presented to."""

    model_config = ConfigDict(frozen=True)
    exam_id: UUID
    session: str
    result: Result | None = None
    result_on: date | None = None


class Outcome(BaseModel):
    """What one source said at one horizon. A later word of the same source comes after it, not over it."""

    model_config = ConfigDict(frozen=True)
    horizon: int
    situation: OutcomeSituation
    contract: ContractKind | None = None
    by_client: bool | None = None
    source: OutcomeSource
    proof: OutcomeProof
    on: date


class YearOfStudy(BaseModel):
    """One year of study in a school year."""

    model_config = ConfigDict(frozen=True)
    intake_id: UUID
    programme: Slug
    school_year: SchoolYear
    year_of_study: int
    last_year: bool


class Enrolment(BaseModel):
    """From a confirmed place to a departure, in one school."""

    model_config = ConfigDict(frozen=True)
    enrolment_id: UUID
    school: Slug
    status: EnrolmentStatus
    since: date
    enrolled_on: date
    starts_on: date
    started_on: date | None = None
    left_on: date | None = None
    code: InterruptionCode | None = None
    years: tuple[YearOfStudy, ...]
    exams: tuple[Sitting, ...] = ()
    outcomes: tuple[Outcome, ...] = ()

    @property
    def now(self) -> YearOfStudy:
        """The year of study that the pupil is in, or was in last."""
        return self.years[-1]


class Pupil(BaseModel):
    model_config = ConfigDict(frozen=True)
    young_id: UUID
    birth_month: BirthMonth
    schools: tuple[Slug, ...]
    enrolments: tuple[Enrolment, ...]

    @property
    def active(self) -> Enrolment | None:
        """The enrolment under way: due or present. Never two."""
        return next((one for one in self.enrolments if one.status in ACTIVE), None)

    def last(self, school: str | None = None) -> Enrolment:
        """The latest enrolment, of one school where it is said. Raises NotFound."""
        found = [one for one in self.enrolments if school in (None, one.school)]
        if not found:
            raise NotFound("Cet élève")
        return found[-1]

    def enrolment(self, enrolment_id: UUID) -> Enrolment | None:
        return next((one for one in self.enrolments if one.enrolment_id == enrolment_id), None)

    def with_enrolment(self, enrolment: Enrolment) -> "Pupil":
        known = {one.enrolment_id: one for one in self.enrolments}
        enrolments = tuple({**known, enrolment.enrolment_id: enrolment}.values())
        return self.model_copy(
            update={"enrolments": enrolments, "schools": tuple(dict.fromkeys(one.school for one in enrolments))}
        )


def evolve(pupil: Pupil | None, event: Event) -> Pupil:
    if isinstance(event, StudentEnrolled):
        enrolment = Enrolment(
            enrolment_id=event.enrolment_id, school=event.school, status=EnrolmentStatus.DUE, since=event.on,
            enrolled_on=event.on, starts_on=event.starts_on, years=(_year(event),),
        )  # fmt: skip
        known = pupil or Pupil(young_id=event.young_id, birth_month=event.birth_month, schools=(), enrolments=())
        return known.with_enrolment(enrolment)
    assert pupil is not None
    assert isinstance(event, StudentEvent)
    enrolment = next(one for one in pupil.enrolments if one.enrolment_id == event.enrolment_id)
    return pupil.with_enrolment(enrolment.model_copy(update=_change(enrolment, event)))


def _change(enrolment: Enrolment, event: StudentEvent) -> dict[str, Any]:
    match event:
        case StudentStarted():
            return {"status": EnrolmentStatus.PRESENT, "since": event.on, "started_on": event.on}
        case StudentDidNotStart():
            return {"status": EnrolmentStatus.DID_NOT_START, "since": event.on}
        case StudentInterrupted():
            return {"status": EnrolmentStatus.INTERRUPTED, "since": event.on, "left_on": event.on, "code": event.code}
        case StudentResumed():
            return {"status": EnrolmentStatus.PRESENT, "since": event.on, "left_on": None, "code": None}
        case StudentCompleted():
            return {"status": EnrolmentStatus.COMPLETED, "since": event.on, "left_on": event.on}
        case StudentChangedProgramme():
            return {"years": (*enrolment.years, _year(event)), "starts_on": event.starts_on or enrolment.starts_on}
        case StudentMovedUp() | StudentRepeated():
            return {"years": (*enrolment.years, _year(event))}
        case ExamRegistered():
            return {"exams": (*enrolment.exams, Sitting(exam_id=event.exam_id, session=event.session))}
        case DiplomaObtained():
            return {"exams": _given(enrolment, event.exam_id, Result.OBTAINED, event.on)}
        case DiplomaFailed():
            return {"exams": _given(enrolment, event.exam_id, Result.ABSENT if event.absent else Result.FAILED, event.on)}
        case OutcomeDeclared():
            said = event.model_dump(include=set(Outcome.model_fields))
            return {"outcomes": (*enrolment.outcomes, Outcome(**said))}
        case _:
            raise TypeError(event.type)


def _year(event: YearEvent) -> YearOfStudy:
    return YearOfStudy(**event.model_dump(include=set(YearOfStudy.model_fields)))


def _given(enrolment: Enrolment, exam_id: UUID, result: Result, on: date) -> tuple[Sitting, ...]:
    given = {"result": result, "result_on": on}
    return tuple(sitting.model_copy(update=given) if sitting.exam_id == exam_id else sitting for sitting in enrolment.exams)


PUPILS = Aggregate("pupils", Pupil, evolve, visible_to=own_pupils)
