"""One row per pupil's week in a school: its minutes by kind, as last stated."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.events.production import Hours, WorkLogged
from shared.projections.table import REQUIRED, TableRow


class WeekRow(TableRow, table="weeks"):
    id: str
    school: str = REQUIRED
    programme: str = REQUIRED
    enrolment_id: UUID = REQUIRED
    minutes: Hours = REQUIRED


@WeekRow.on(WorkLogged)
def logged(event: WorkLogged) -> WeekRow:
    id = f"{event.school}/{event.week}/{event.young_id}"
    return WeekRow(id=id, school=event.school, programme=event.programme, enrolment_id=event.enrolment_id, minutes=event.minutes)


class Week(NamedTuple):
    """A week as it is kept in memory, where there are many: its minutes in the order of the kinds."""

    id: str
    of: tuple[UUID, str, str]
    """The enrolment, the school and the programme."""
    minutes: tuple[int, ...]


class Minutes(BaseModel):
    """Minutes by kind, of any number of weeks."""

    model_config = ConfigDict(frozen=True)
    production: int = 0
    practice: int = 0
    teaching: int = 0
    placement: int = 0
    absence_justified: int = 0
    absence_unjustified: int = 0

    @property
    def worked(self) -> int:
        """At school: what the shares are counted of."""
        return self.production + self.practice + self.teaching


class HoursLogged(BaseModel):
    """The weeks of one enrolment in one school and programme, summed."""

    model_config = ConfigDict(frozen=True)
    school: str
    programme: str
    enrolment_id: UUID
    minutes: Minutes


def total(hours: Iterable[HoursLogged]) -> Minutes:
    """The sum, kind by kind."""
    logged = [row.minutes for row in hours]
    return Minutes(**{kind: sum(getattr(minutes, kind) for minutes in logged) for kind in Minutes.model_fields})
