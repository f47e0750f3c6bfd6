"""What production knows of a pupil: an enrolment in one school, and between which days hours may be logged."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel

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
from shared.events.students import StudentEvent
from shared.kernel.calendar import BirthMonth, age_on, monday_of
from shared.kernel.errors import Refused
from shared.kernel.identifiers import Slug

ADULT = 18


class Presence(StrEnum):
    HERE = "here"
    LEFT = "left"
    NEVER_CAME = "never_came"


PRESENCE: Mapping[type[StudentEvent], Presence] = {
    StudentEnrolled: Presence.HERE, StudentStarted: Presence.HERE, StudentDidNotStart: Presence.NEVER_CAME,
    StudentInterrupted: Presence.LEFT, StudentResumed: Presence.HERE, StudentMovedUp: Presence.HERE,
    StudentRepeated: Presence.HERE, StudentChangedProgramme: Presence.HERE, StudentCompleted: Presence.LEFT,
}  # fmt: skip
"""What each event of a pupil makes of their presence."""


class Pupil(BaseModel):
    """One enrolment of a young person in a school, which they enter on `starts_on`: never before they are enrolled.

    `left_on` is the day they left, if they did.
    """

    enrolment_id: UUID
    young_id: UUID
    school: Slug
    programme: Slug
    birth_month: BirthMonth
    starts_on: date
    presence: Presence
    left_on: date | None = None

    def is_minor(self, day: date) -> bool:
        """Not surely eighteen on that day."""
        return age_on(self.birth_month, day) < ADULT


class HeardPupil(BaseModel):
    """As much of a pupil as was heard so far: what is not the enrolment itself may have come first."""

    enrolment_id: UUID
    young_id: UUID
    school: Slug
    programme: Slug | None = None
    birth_month: BirthMonth | None = None
    moved_to_start_on: date | None = None
    starts_on: date | None = None
    presence: Presence | None = None
    left_on: date | None = None


def enrolled(pupil: HeardPupil, event: StudentEnrolled) -> HeardPupil:
    """What an enrolment says that never changes."""
    starts_on = pupil.moved_to_start_on or max(event.starts_on, event.on)
    return pupil.model_copy(update={"birth_month": event.birth_month, "starts_on": starts_on})


def moved(pupil: HeardPupil, event: StudentEvent) -> HeardPupil:
    """What the latest event alone decides."""
    presence = PRESENCE[type(event)]
    left_on = event.on if presence is Presence.LEFT else None
    after = pupil.model_copy(update={"programme": event.programme, "presence": presence, "left_on": left_on})
    if isinstance(event, StudentChangedProgramme) and event.starts_on:
        start = max(event.starts_on, event.on)
        after = after.model_copy(update={"moved_to_start_on": start, "starts_on": start})
    return after


def enrolment_for(pupils: Iterable[Pupil], week: str) -> Pupil:
    """Of one person's enrolments in a school, the one that a week belongs to: the latest begun by then, else the first.

    Refused where there is none.
    """
    in_order = sorted(pupils, key=lambda pupil: (pupil.starts_on, pupil.presence is not Presence.NEVER_CAME))
    if not in_order:
        raise Refused(
            "unknown_pupil",
            "Cet élève n'est pas inscrit dans votre école. Si son inscription vient d'être faite, réessayez dans un instant.",
        )
    begun = [pupil for pupil in in_order if _first_monday(pupil) <= monday_of(week)]
    return begun[-1] if begun else in_order[0]


def check_presence(pupil: Pupil, week: str) -> None:
    """Refused, with why, when the week has no day on which they were at school."""
    monday = monday_of(week)
    if pupil.presence is Presence.NEVER_CAME:
        raise Refused("never_came", "Cet élève n'est jamais venu : il n'a pas d'heures.")
    if monday < _first_monday(pupil):
        raise Refused("before_start", f"Cet élève entre le {pupil.starts_on:%d/%m/%Y} : la semaine {week} est avant.")
    if pupil.left_on is not None and monday > pupil.left_on:
        raise Refused("after_leaving", f"Cet élève est parti le {pupil.left_on:%d/%m/%Y} : la semaine {week} est après.")


def _first_monday(pupil: Pupil) -> date:
    """The Monday of the week in which they start."""
    return pupil.starts_on - timedelta(days=pupil.starts_on.weekday())
