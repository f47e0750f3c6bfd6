"""One enrolment of a pupil: from a confirmed place to a departure, with its years, exams and outcomes. State only."""

from datetime import date
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict

from shared.events.students import (
    ContractKind,
    EnrolmentStatus,
    InterruptionCode,
    OutcomeProof,
    OutcomeSituation,
    OutcomeSource,
    Result,
)
from shared.kernel.calendar import SchoolYear
from shared.kernel.identifiers import Slug

ENROLMENTS = UUID("b8a4c3de-0d39-5c1f-9a53-2f0e6f6c7d21")


def enrolment_id_of(intake_id: UUID, young_id: UUID) -> UUID:
    """One enrolment per application: its id follows from it."""
    return uuid5(ENROLMENTS, f"{intake_id} {young_id}")


def exam_id_of(enrolment_id: UUID, session: str) -> UUID:
    """One exam per enrolment and session."""
    return uuid5(ENROLMENTS, f"{enrolment_id} {session}")


ACTIVE = frozenset({EnrolmentStatus.DUE, EnrolmentStatus.PRESENT})
LEFT = frozenset({EnrolmentStatus.INTERRUPTED, EnrolmentStatus.COMPLETED})


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
