"""One row per enrolment: its years, its presence, its end. Years and absences are told again and again: every value counts.

A correction is a further value, told at its own instant: it says which earlier one it replaces, so that a day before it still
reads that one.
"""

from collections.abc import Sequence
from datetime import date
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
    """A year of study in a school year; `last_year` when the programme ends with it.

    Where it `replaces`, it stands for the last one told before; where that was `voided`, for the two last, of which it is one.
    """

    model_config = ConfigDict(frozen=True)
    programme: str
    school_year: str
    last_year: bool
    replaces: bool = False
    voided: bool = False


class Absence(BaseModel):
    """Gone from a day (`away`, with a code), or back on it.

    It stands for the one that was told of the day `replaces`, where it says one; `voided`, it takes that one out.
    """

    model_config = ConfigDict(frozen=True)
    on: date
    away: bool
    code: InterruptionCode | None = None
    replaces: date | None = None
    voided: bool = False


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
    """The day of the last correction."""

    @property
    def years(self) -> Sequence[Year]:
        """Those that stand, in order."""
        return _years_that_stand(self.year)

    @property
    def absences(self) -> Sequence[Absence]:
        """Departures and returns that stand, in order."""
        return _absences_that_stand(self.absence)

    @property
    def programme(self) -> str:
        """That of the last year told."""
        return self.years[-1].programme

    @property
    def entry_year(self) -> str:
        """The school year enrolled for."""
        return self.year[0].school_year

    @property
    def in_last_year(self) -> bool:
        """Whether it ever reached a year that ends the programme."""
        return any(year.last_year for year in self.years)

    @property
    def interrupted_on(self) -> date | None:
        """The day of an interruption that no return ended."""
        absences = self.absences
        return absences[-1].on if absences and absences[-1].away else None

    @property
    def gone_on(self) -> date | None:
        """The day they left, whether for good or not."""
        return self.completed_on or self.interrupted_on

    @property
    def holds_a_seat(self) -> bool:
        return not (self.did_not_start_on or self.gave_up_on or self.completed_on or self.interrupted_on)

    def in_school_year(self, school_year: str) -> bool:
        """Whether one of its years was in that school year."""
        return any(year.school_year == school_year for year in self.years)

    def present_on(self, day: date) -> bool:
        """There on a day: from the start to the completion, both included; gone from an interruption until the return."""
        if self.started_on is None or day < self.started_on or (self.completed_on is not None and day > self.completed_on):
            return False
        by_then = [absence.away for absence in self.absences if absence.on <= day]
        return not (by_then and by_then[-1])


def _years_that_stand(told: Sequence[Year]) -> Sequence[Year]:
    if not any(year.replaces for year in told):
        return told
    years: list[Year] = []
    for year in told:
        if year.replaces and years:
            years.pop()
        if not (year.voided and years):  # the year before, which it tells again, is there
            years.append(year)
    return years


def _absences_that_stand(told: Sequence[Absence]) -> Sequence[Absence]:
    if not any(absence.replaces for absence in told):
        return told
    absences: list[Absence] = []
    for absence in told:
        known = (absence.away, absence.replaces)
        places = [place for place, one in enumerate(absences) if (one.away, one.on) == known]
        place = places[-1] if places else len(absences)
        absences[place : place + 1] = [] if absence.voided else [absence]
    return absences


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


@EnrolmentRow.on(StartCorrected)
def start_corrected(event: StartCorrected) -> EnrolmentRow:
    return EnrolmentRow(id=event.enrolment_id, started_on=event.happened_on, corrected_on=event.on)


@EnrolmentRow.on(NoShowCorrected)
def no_show_corrected(event: NoShowCorrected) -> EnrolmentRow:
    return EnrolmentRow(id=event.enrolment_id, did_not_start_on=event.happened_on, corrected_on=event.on)


@EnrolmentRow.on(InterruptionCorrected)
def interruption_corrected(event: InterruptionCorrected) -> EnrolmentRow:
    return _absence_corrected(event, away=True, code=event.interruption)


@EnrolmentRow.on(ReturnCorrected)
def return_corrected(event: ReturnCorrected) -> EnrolmentRow:
    return _absence_corrected(event, away=False)


@EnrolmentRow.on(YearCorrected)
def year_corrected(event: YearCorrected) -> EnrolmentRow:
    year = _year(event).model_copy(update={"replaces": True, "voided": event.voided})
    return EnrolmentRow(id=event.enrolment_id, year=(year,), corrected_on=event.on)


@EnrolmentRow.on(CompletionCorrected)
def completion_corrected(event: CompletionCorrected) -> EnrolmentRow:
    return EnrolmentRow(id=event.enrolment_id, completed_on=event.happened_on, corrected_on=event.on)


def _absence_corrected(event: CorrectionEvent, *, away: bool, code: InterruptionCode | None = None) -> EnrolmentRow:
    absence = Absence(
        on=event.happened_on or event.replaces_on, away=away, code=code, replaces=event.replaces_on, voided=event.voided
    )
    return EnrolmentRow(id=event.enrolment_id, absence=(absence,), corrected_on=event.on)


@EnrolmentRow.on(StudentCompleted)
def completed(event: StudentCompleted) -> EnrolmentRow:
    return EnrolmentRow(id=event.enrolment_id, completed_on=event.on)
