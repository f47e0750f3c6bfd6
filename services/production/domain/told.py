"""What enrolment told of one enrolment, fact by fact, in its order: from it follow presence and programme on any day."""

from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from typing import Any, assert_never
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.events.corrections import (
    CompletionCorrected,
    CorrectionEvent,
    InterruptionCorrected,
    NoShowCorrected,
    ReturnCorrected,
    StartCorrected,
    YearCorrected,
)
from shared.events.students import (
    EnrolmentStatus,
    StudentChangedProgramme,
    StudentCompleted,
    StudentDidNotStart,
    StudentEnrolled,
    StudentGaveUp,
    StudentInterrupted,
    StudentMovedUp,
    StudentRepeated,
    StudentResumed,
    StudentStarted,
    StudentStartMoved,
)
from shared.kernel.calendar import BirthMonth, SchoolYear
from shared.kernel.identifiers import Slug

Correction = StartCorrected | NoShowCorrected | InterruptionCorrected | ReturnCorrected | CompletionCorrected | YearCorrected
PupilEvent = (
    StudentEnrolled
    | StudentStarted
    | StudentDidNotStart
    | StudentGaveUp
    | StudentStartMoved
    | StudentInterrupted
    | StudentResumed
    | StudentMovedUp
    | StudentRepeated
    | StudentChangedProgramme
    | StudentCompleted
    | Correction
)


class Fact(StrEnum):
    ENROLLED = "enrolled"
    STARTED = "started"
    DID_NOT_START = "did_not_start"
    GAVE_UP = "gave_up"
    DUE = "due"
    """On another day than was said."""
    INTERRUPTED = "interrupted"
    RESUMED = "resumed"
    MOVED = "moved"
    """Up, again, or to another programme."""
    COMPLETED = "completed"


class Told(BaseModel):
    """One fact and its day; `sequence` is its place in the order of who tells it, 0 where a row of before is all there is."""

    model_config = ConfigDict(frozen=True)
    sequence: int
    fact: Fact
    on: date
    programme: Slug
    starts_on: date | None = None
    """The day on which they are due, where the fact says one."""
    school_year: SchoolYear | None = None
    replaces_on: date | None = None
    """Of a correction: the day on which the fact was said to have happened."""
    voided: bool = False
    """It did not happen."""


class PupilRow(BaseModel):
    """As much of a pupil as events have said so far: what is not the enrolment itself may have come first.

    `starts_on`, `status` and `left_on` follow from `told`, and are what rows are found by. A row that an earlier build kept has
    these and the last `programme` alone, until something more is told.
    """

    model_config = ConfigDict(frozen=True)
    enrolment_id: UUID
    young_id: UUID
    school: Slug
    birth_month: BirthMonth | None = None
    told: tuple[Told, ...] = ()
    programme: Slug | None = None
    starts_on: date | None = None
    status: EnrolmentStatus | None = None
    left_on: date | None = None

    @property
    def facts(self) -> tuple[Told, ...]:
        """What was told, in order; of a row of before, what its last state amounts to."""
        return self.told or tuple(_of_before(self))


def with_fact(facts: Iterable[Told], fact: Told) -> tuple[Told, ...]:
    """These facts and one more, in its place. Told again it is the same, and what stood for it in a row of before goes."""
    others = [one for one in facts if one.sequence != fact.sequence]
    if fact.fact is Fact.ENROLLED:  # everything of this enrolment is told after it
        others = [one for one in others if one.sequence]
    others = [one for one in others if one.sequence or (one.fact, one.on) != (fact.fact, fact.on)]
    return tuple(sorted([*others, fact], key=lambda one: (one.sequence, one.fact is not Fact.ENROLLED)))


def fact_of(event: PupilEvent, sequence: int) -> Told:
    """What an event says, in short."""
    match event:
        case StudentEnrolled():
            return _told(event, sequence, Fact.ENROLLED, starts_on=event.starts_on, school_year=event.school_year)
        case StudentStarted() | StartCorrected():
            return _told(event, sequence, Fact.STARTED)
        case StudentDidNotStart() | NoShowCorrected():
            return _told(event, sequence, Fact.DID_NOT_START)
        case StudentGaveUp():
            return _told(event, sequence, Fact.GAVE_UP)
        case StudentStartMoved():
            return _told(event, sequence, Fact.DUE, starts_on=event.starts_on)
        case StudentInterrupted() | InterruptionCorrected():
            return _told(event, sequence, Fact.INTERRUPTED)
        case StudentResumed() | ReturnCorrected():
            return _told(event, sequence, Fact.RESUMED)
        case StudentChangedProgramme() | YearCorrected():
            return _told(event, sequence, Fact.MOVED, starts_on=event.starts_on, school_year=event.school_year)
        case StudentMovedUp() | StudentRepeated():
            return _told(event, sequence, Fact.MOVED, school_year=event.school_year)
        case StudentCompleted() | CompletionCorrected():
            return _told(event, sequence, Fact.COMPLETED)
        case _:
            assert_never(event)


def _told(event: PupilEvent, sequence: int, fact: Fact, *, starts_on: date | None = None, school_year: str | None = None) -> Told:
    said: dict[str, Any] = {"on": event.on}
    if isinstance(event, CorrectionEvent):
        said = {"on": event.happened_on or event.replaces_on, "replaces_on": event.replaces_on, "voided": event.voided}
    return Told(sequence=sequence, fact=fact, programme=event.programme, starts_on=starts_on, school_year=school_year, **said)


def _of_before(row: PupilRow) -> Iterator[Told]:
    if row.programme is None or row.starts_on is None:
        return
    known = Told(sequence=0, fact=Fact.ENROLLED, on=row.starts_on, programme=row.programme, starts_on=row.starts_on)
    yield known
    match row.status:
        case EnrolmentStatus.PRESENT | EnrolmentStatus.INTERRUPTED | EnrolmentStatus.COMPLETED:
            yield known.model_copy(update={"fact": Fact.STARTED, "starts_on": None})
        case EnrolmentStatus.DID_NOT_START:
            yield known.model_copy(update={"fact": Fact.DID_NOT_START, "starts_on": None})
        case EnrolmentStatus.GAVE_UP:
            yield known.model_copy(update={"fact": Fact.GAVE_UP, "starts_on": None})
    if row.left_on:
        left = Fact.INTERRUPTED if row.status is EnrolmentStatus.INTERRUPTED else Fact.COMPLETED
        yield Told(sequence=0, fact=left, on=row.left_on, programme=row.programme)
