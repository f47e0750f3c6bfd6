"""One enrolment of a pupil: from a confirmed place to a departure, with its years, exams and outcomes. State only."""

from datetime import date
from typing import Any
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict

from services.enrolment.domain.presence import Correction, Fact, Step
from shared.events.students import (
    ContractKind,
    EnrolmentStatus,
    InterruptionCode,
    Move,
    OutcomeProof,
    OutcomeSituation,
    OutcomeSource,
    Result,
    YearEvent,
)
from shared.kernel.calendar import SchoolYear
from shared.kernel.identifiers import Slug

ENROLMENTS = UUID("b8a4c3de-0d39-5c1f-9a53-2f0e6f6c7d21")


def enrolment_id_of(intake_id: UUID, young_id: UUID, given_up: int = 0) -> UUID:
    """One enrolment per place confirmed: its id follows from the application, and how often the place was given up before."""
    return uuid5(ENROLMENTS, f"{intake_id} {young_id} {given_up}" if given_up else f"{intake_id} {young_id}")


def exam_id_of(enrolment_id: UUID, session: str) -> UUID:
    """One exam per enrolment and session."""
    return uuid5(ENROLMENTS, f"{enrolment_id} {session}")


ACTIVE = frozenset({EnrolmentStatus.DUE, EnrolmentStatus.PRESENT})
RELEASED = frozenset({EnrolmentStatus.DID_NOT_START, EnrolmentStatus.GAVE_UP, EnrolmentStatus.INTERRUPTED})
"""Statuses in which the seat is given back."""
LEFT = frozenset({EnrolmentStatus.INTERRUPTED, EnrolmentStatus.COMPLETED})


class Sitting(BaseModel):
    """An examination session that a pupil was presented to."""

    model_config = ConfigDict(frozen=True)
    exam_id: UUID
    session: str
    registered_on: date | None = None
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
    agency: Slug | None = None
    proof: OutcomeProof
    on: date


class YearOfStudy(BaseModel):
    """One year of study in a school year, and how and when they moved to it: the first one, by enrolling.

    `starts_on` is said of a year that began before the pupil did: when they were due there.
    """

    model_config = ConfigDict(frozen=True)
    intake_id: UUID
    programme: Slug
    school_year: SchoolYear
    year_of_study: int
    last_year: bool
    move: Move | None = None
    since: date | None = None
    starts_on: date | None = None


def year_of(event: YearEvent, **more: Any) -> YearOfStudy:
    """The year of study that an event tells of, with how and when they moved to it."""
    return YearOfStudy(**{**event.model_dump(include=TOLD_OF_A_YEAR), **more})


TOLD_OF_A_YEAR = {"intake_id", "programme", "school_year", "year_of_study", "last_year"}


class Enrolment(BaseModel):
    """From a confirmed place to a departure, in one school. Its status, and the days beside it, follow from its steps."""

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
    steps: tuple[Step, ...] = ()
    corrections: tuple[Correction, ...] = ()

    @property
    def now(self) -> YearOfStudy:
        """The year of study that the pupil is in, or was in last."""
        return self.years[-1]

    @property
    def presence(self) -> tuple[Step, ...]:
        """Its steps. Of one that was kept before steps were: those that its status still tells."""
        return self.steps or _told_by(self)

    def exam(self, exam_id: UUID) -> Sitting | None:
        return next((one for one in self.exams if one.exam_id == exam_id), None)

    def last_outcome(self, horizon: int, source: OutcomeSource, agency: str | None = None) -> Outcome | None:
        """The last word of a source, of one agency among several, at a horizon."""
        asked = (horizon, source, agency)
        same = [one for one in self.outcomes if (one.horizon, one.source, one.agency) == asked]
        return same[-1] if same else None


ENDS = {
    EnrolmentStatus.DID_NOT_START: Fact.NO_SHOW,
    EnrolmentStatus.GAVE_UP: Fact.GIVING_UP,
    EnrolmentStatus.INTERRUPTED: Fact.INTERRUPTION,
    EnrolmentStatus.COMPLETED: Fact.COMPLETION,
}


def _told_by(enrolment: Enrolment) -> tuple[Step, ...]:
    start = [Step(fact=Fact.START, on=enrolment.started_on)] if enrolment.started_on else []
    fact = ENDS.get(enrolment.status)
    end = [Step(fact=fact, on=enrolment.left_on or enrolment.since, code=enrolment.code)] if fact else []
    return (*start, *end)
