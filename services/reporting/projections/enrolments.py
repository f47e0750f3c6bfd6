"""One row per enrolment. `year` and `absence` are told again and again: their whole history is read, not their last value."""

from typing import Any

from shared.events import (
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
from shared.events.students import YearEvent
from shared.projections.projection import Projection, Row

enrolments = Projection("enrolments")


def _year(event: YearEvent) -> dict[str, Any]:
    return {
        "programme": event.programme,
        "school_year": event.school_year,
        "year_of_study": event.year_of_study,
        "last_year": event.last_year,
    }


@enrolments.on(StudentEnrolled)
def enrolled(event: StudentEnrolled) -> Row:
    return Row(
        event.enrolment_id, young_id=str(event.young_id), school=event.school, enrolled_on=event.on.isoformat(),
        year=_year(event),
    )  # fmt: skip


@enrolments.on(StudentStarted)
def started(event: StudentStarted) -> Row:
    return Row(event.enrolment_id, started_on=event.on.isoformat())


@enrolments.on(StudentDidNotStart)
def did_not_start(event: StudentDidNotStart) -> Row:
    return Row(event.enrolment_id, did_not_start_on=event.on.isoformat())


@enrolments.on(StudentInterrupted)
def interrupted(event: StudentInterrupted) -> Row:
    return Row(event.enrolment_id, absence=[event.on.isoformat(), True, event.code])


@enrolments.on(StudentResumed)
def resumed(event: StudentResumed) -> Row:
    return Row(event.enrolment_id, absence=[event.on.isoformat(), False, None])


@enrolments.on(StudentMovedUp, StudentRepeated, StudentChangedProgramme)
def another_year(event: StudentMovedUp | StudentRepeated | StudentChangedProgramme) -> Row:
    return Row(event.enrolment_id, year=_year(event))


@enrolments.on(StudentCompleted)
def completed(event: StudentCompleted) -> Row:
    return Row(event.enrolment_id, completed_on=event.on.isoformat())
