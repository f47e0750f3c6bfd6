"""What production knows of a pupil: an enrolment in one school, with its programme and presence on any day."""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.production.domain.history import Away, Taught, history_of
from services.production.domain.told import PupilEvent, PupilRow, fact_of, with_fact
from shared.events.students import EnrolmentStatus, StudentEnrolled
from shared.kernel.calendar import BirthMonth, age_on, monday_of
from shared.kernel.errors import Refused
from shared.kernel.identifiers import Slug

MAJORITY = 18
AT_SCHOOL = frozenset({EnrolmentStatus.DUE, EnrolmentStatus.PRESENT})
"""Neither left nor missed."""
GONE = frozenset({EnrolmentStatus.INTERRUPTED, EnrolmentStatus.COMPLETED})
"""Left, on `left_on`."""
NEVER_CAME = frozenset({EnrolmentStatus.DID_NOT_START, EnrolmentStatus.GAVE_UP})


class Pupil(BaseModel):
    """One enrolment of a young person in a school, which they enter on `starts_on`: the day they came, else that they are due.

    `programmes` and `aways` are in the order of their days. `whole` is false where the last programme alone is known.
    """

    model_config = ConfigDict(frozen=True)
    enrolment_id: UUID
    young_id: UUID
    school: Slug
    birth_month: BirthMonth
    starts_on: date
    status: EnrolmentStatus
    programmes: tuple[Taught, ...]
    aways: tuple[Away, ...] = ()
    whole: bool = True

    def is_minor(self, day: date) -> bool:
        """Not surely eighteen on that day."""
        return age_on(self.birth_month, day) < MAJORITY

    def programme_in(self, week: str) -> Slug:
        """The programme that a week belongs to: one that begins in it has it whole."""
        begun = [taught.programme for taught in self.programmes if taught.since <= sunday_of(week)]
        return begun[-1] if begun else self.programmes[0].programme

    def away_in(self, week: str) -> Away | None:
        """The absence that has the whole of a week: neither that of leaving nor that of coming back."""
        inside = (away for away in self.aways if away.since < monday_of(week))
        return next((away for away in inside if away.until is None or away.until > sunday_of(week)), None)

    def is_there_in(self, week: str) -> bool:
        """Whether a week has a day on which they were at school, as far as is known."""
        came = self.status not in NEVER_CAME
        return came and self.first_monday <= monday_of(week) and self.away_in(week) is None

    @property
    def first_monday(self) -> date:
        """The Monday of the week in which they start."""
        return self.starts_on - timedelta(days=self.starts_on.weekday())


def sunday_of(week: str) -> date:
    """The last day of an ISO week."""
    return monday_of(week) + timedelta(days=6)


def pupil_of(row: PupilRow) -> Pupil | None:
    """A pupil out of what is kept of them; None while their enrolment itself was not heard of."""
    history = history_of(row)
    if history is None or row.birth_month is None:
        return None
    return Pupil(
        enrolment_id=row.enrolment_id, young_id=row.young_id, school=row.school, birth_month=row.birth_month,
        starts_on=history.starts_on, status=history.status, programmes=history.programmes, aways=history.aways,
        whole=history.whole,
    )  # fmt: skip


def heard(row: PupilRow, event: PupilEvent, sequence: int) -> PupilRow:
    """What is kept once an event is heard, in whatever order events come: each has its place in their teller's."""
    birth_month = event.birth_month if isinstance(event, StudentEnrolled) else row.birth_month
    told = with_fact(row.facts, fact_of(event, sequence))
    after = row.model_copy(update={"told": told, "birth_month": birth_month})
    if (history := history_of(after)) is None:
        return after
    found_by = {"starts_on": history.starts_on, "status": history.status, "left_on": history.left_on}
    return after.model_copy(update={**found_by, "programme": history.programmes[-1].programme})


def enrolment_for(pupils: Iterable[Pupil], week: str) -> Pupil:
    """Of one person's enrolments in a school, the one that a week belongs to: the latest begun by then, else the first.

    One in which they were there that week goes before one in which they were not. Refused where there is none.
    """
    in_order = sorted(pupils, key=lambda pupil: (pupil.starts_on, pupil.status not in NEVER_CAME))
    if not in_order:
        raise Refused(
            "unknown_pupil",
            "Cet élève n’est pas inscrit dans votre école. Si son inscription vient d’être faite, réessayez dans un instant.",
        )
    begun = [pupil for pupil in in_order if pupil.first_monday <= monday_of(week)]
    there = [pupil for pupil in begun if pupil.is_there_in(week)]
    return (there or begun or in_order[:1])[-1]


def ensure_present(pupil: Pupil, week: str) -> None:
    """Refused, with why, when the week has no day on which they were at school, whenever it is typed."""
    if pupil.status in NEVER_CAME:
        raise Refused("never_came", "Cet élève n’est jamais venu : il n’a pas d’heures.")
    if monday_of(week) < pupil.first_monday:
        raise Refused("before_start", f"Cet élève entre le {pupil.starts_on:%d/%m/%Y} : la semaine {week} est avant.")
    if away := pupil.away_in(week):
        if away.until is None:
            sentence = f"Cet élève est parti le {away.since:%d/%m/%Y} : la semaine {week} est après."
        else:
            sentence = (
                f"Cet élève est parti le {away.since:%d/%m/%Y} et revenu le {away.until:%d/%m/%Y} : "
                f"la semaine {week} est entre les deux."
            )
        raise Refused("after_leaving", sentence)
