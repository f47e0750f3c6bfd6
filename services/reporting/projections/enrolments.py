"""One row per enrolment: its years, its presence, its end. Years and absences are told again and again: every value counts."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.events.students import (
    InterruptionCode,
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
    YearEvent,
)
from shared.projections.table import REQUIRED, History, Latest, TableRow


class Year(BaseModel):
    """A year of study in a school year; `last_year` when the programme ends with it."""

    model_config = ConfigDict(frozen=True)
    programme: str
    school_year: str
    last_year: bool


class Absence(BaseModel):
    """Gone from a day (`away`, with a code), or back on it."""

    model_config = ConfigDict(frozen=True)
    on: date
    away: bool
    code: InterruptionCode | None = None


class EnrolmentRow(TableRow, table="enrolments"):
    """Told by its pupil alone."""

    id: UUID
    young_id: UUID = REQUIRED
    school: str = REQUIRED
    year: History[Year] = REQUIRED
    started_on: date | None = None
    did_not_start_on: date | None = None
    gave_up_on: date | None = None
    absence: History[Absence] = ()
    completed_on: date | None = None
    corrected_on: Latest[date | None] = None

    @property
    def programme(self) -> str:
        """That of the last year told."""
        return self.year[-1].programme

    @property
    def entry_year(self) -> str:
        """The school year enrolled for."""
        return self.year[0].school_year

    @property
    def in_last_year(self) -> bool:
        """Whether it ever reached a year that ends the programme."""
        return any(year.last_year for year in self.year)

    @property
    def interrupted_on(self) -> date | None:
        """The day of an interruption that no return ended."""
        return self.absence[-1].on if self.absence and self.absence[-1].away else None

    @property
    def holds_a_seat(self) -> bool:
        return not (self.did_not_start_on or self.gave_up_on or self.completed_on or self.interrupted_on)

    def in_school_year(self, school_year: str) -> bool:
        """Whether one of its years was in that school year."""
        return any(year.school_year == school_year for year in self.year)

    def present_on(self, day: date) -> bool:
        """There on a day: from the start to the completion, both included; gone from an interruption until the return."""
        if self.started_on is None or day < self.started_on or (self.completed_on is not None and day > self.completed_on):
            return False
        by_then = [absence.away for absence in self.absence if absence.on <= day]
        return not (by_then and by_then[-1])


def _year(event: YearEvent) -> Year:
    return Year(programme=event.programme, school_year=event.school_year, last_year=event.last_year)


@EnrolmentRow.on(StudentEnrolled)
def enrolled(event: StudentEnrolled) -> EnrolmentRow:
    return EnrolmentRow(id=event.enrolment_id, young_id=event.young_id, school=event.school, year=(_year(event),))


@EnrolmentRow.on(StudentStarted)
def started(event: StudentStarted) -> EnrolmentRow:
    return EnrolmentRow(id=event.enrolment_id, started_on=event.on)


@EnrolmentRow.on(StudentDidNotStart)
def did_not_start(event: StudentDidNotStart) -> EnrolmentRow:
    return EnrolmentRow(id=event.enrolment_id, did_not_start_on=event.on)


@EnrolmentRow.on(StudentGaveUp)
def gave_up(event: StudentGaveUp) -> EnrolmentRow:
    return EnrolmentRow(id=event.enrolment_id, gave_up_on=event.on)


@EnrolmentRow.on(StudentInterrupted)
def interrupted(event: StudentInterrupted) -> EnrolmentRow:
    return EnrolmentRow(id=event.enrolment_id, absence=(Absence(on=event.on, away=True, code=event.code),))


@EnrolmentRow.on(StudentResumed)
def resumed(event: StudentResumed) -> EnrolmentRow:
    return EnrolmentRow(id=event.enrolment_id, absence=(Absence(on=event.on, away=False),))


@EnrolmentRow.on(StudentMovedUp, StudentRepeated, StudentChangedProgramme)
def another_year(event: YearEvent) -> EnrolmentRow:
    return EnrolmentRow(id=event.enrolment_id, year=(_year(event),))


@EnrolmentRow.on(StudentCompleted)
def completed(event: StudentCompleted) -> EnrolmentRow:
    return EnrolmentRow(id=event.enrolment_id, completed_on=event.on)
