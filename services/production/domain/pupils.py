"""What production knows of a pupil: an enrolment in one school, and between which days hours may be logged."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import assert_never
from uuid import UUID

from pydantic import BaseModel, ConfigDict

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
from shared.kernel.calendar import BirthMonth, age_on, monday_of
from shared.kernel.errors import Refused
from shared.kernel.identifiers import Slug

MAJORITY = 18
AT_SCHOOL = frozenset({EnrolmentStatus.DUE, EnrolmentStatus.PRESENT})
"""Neither left nor missed."""
GONE = frozenset({EnrolmentStatus.INTERRUPTED, EnrolmentStatus.COMPLETED})
"""Left, on `left_on`."""
NEVER_CAME = frozenset({EnrolmentStatus.DID_NOT_START, EnrolmentStatus.GAVE_UP})

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
)


class Pupil(BaseModel):
    """One enrolment of a young person in a school, which they enter on `starts_on`: never before they are enrolled.

    `left_on` is the day they left, if they did.
    """

    model_config = ConfigDict(frozen=True)
    enrolment_id: UUID
    young_id: UUID
    school: Slug
    programme: Slug
    birth_month: BirthMonth
    starts_on: date
    status: EnrolmentStatus
    left_on: date | None = None

    def is_minor(self, day: date) -> bool:
        """Not surely eighteen on that day."""
        return age_on(self.birth_month, day) < MAJORITY

    @property
    def first_monday(self) -> date:
        """The Monday of the week in which they start."""
        return self.starts_on - timedelta(days=self.starts_on.weekday())


class PupilRow(BaseModel):
    """As much of a pupil as events have said so far: what is not the enrolment itself may have come first."""

    model_config = ConfigDict(frozen=True)
    enrolment_id: UUID
    young_id: UUID
    school: Slug
    programme: Slug | None = None
    birth_month: BirthMonth | None = None
    moved_to_start_on: date | None = None
    starts_on: date | None = None
    status: EnrolmentStatus | None = None
    left_on: date | None = None


def enrolled(pupil: PupilRow, event: StudentEnrolled) -> PupilRow:
    """What an enrolment says that never changes."""
    starts_on = pupil.moved_to_start_on or max(event.starts_on, event.on)
    return pupil.model_copy(update={"birth_month": event.birth_month, "starts_on": starts_on})


def moved(pupil: PupilRow, event: PupilEvent) -> PupilRow:
    """What the latest event alone decides."""
    status = _status(event)
    left_on = event.on if status in GONE else None
    after = pupil.model_copy(update={"programme": event.programme, "status": status, "left_on": left_on})
    if start := _start(event):
        after = after.model_copy(update={"moved_to_start_on": start, "starts_on": start})
    return after


def _start(event: PupilEvent) -> date | None:
    """The day on which they are due from now on, where that changes."""
    match event:
        case StudentStartMoved():
            return event.starts_on
        case StudentChangedProgramme() if event.starts_on:
            return max(event.starts_on, event.on)
        case _:
            return None


def _status(event: PupilEvent) -> EnrolmentStatus:
    match event:
        case StudentEnrolled() | StudentStartMoved():
            return EnrolmentStatus.DUE
        case StudentStarted() | StudentResumed() | StudentMovedUp() | StudentRepeated():
            return EnrolmentStatus.PRESENT
        case StudentChangedProgramme():
            return EnrolmentStatus.DUE if event.starts_on else EnrolmentStatus.PRESENT
        case StudentDidNotStart():
            return EnrolmentStatus.DID_NOT_START
        case StudentGaveUp():
            return EnrolmentStatus.GAVE_UP
        case StudentInterrupted():
            return EnrolmentStatus.INTERRUPTED
        case StudentCompleted():
            return EnrolmentStatus.COMPLETED
        case _:
            assert_never(event)


def enrolment_for(pupils: Iterable[Pupil], week: str) -> Pupil:
    """Of one person's enrolments in a school, the one that a week belongs to: the latest begun by then, else the first.

    Refused where there is none.
    """
    in_order = sorted(pupils, key=lambda pupil: (pupil.starts_on, pupil.status not in NEVER_CAME))
    if not in_order:
        raise Refused(
            "unknown_pupil",
            "Cet élève n’est pas inscrit dans votre école. Si son inscription vient d’être faite, réessayez dans un instant.",
        )
    begun = [pupil for pupil in in_order if pupil.first_monday <= monday_of(week)]
    return begun[-1] if begun else in_order[0]


def ensure_present(pupil: Pupil, week: str) -> None:
    """Refused, with why, when the week has no day on which they were at school."""
    monday = monday_of(week)
    if pupil.status in NEVER_CAME:
        raise Refused("never_came", "Cet élève n’est jamais venu : il n’a pas d’heures.")
    if monday < pupil.first_monday:
        raise Refused("before_start", f"Cet élève entre le {pupil.starts_on:%d/%m/%Y} : la semaine {week} est avant.")
    if pupil.left_on is not None and monday > pupil.left_on:
        raise Refused("after_leaving", f"Cet élève est parti le {pupil.left_on:%d/%m/%Y} : la semaine {week} est après.")
