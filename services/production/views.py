"""What is shown of pupils' hours."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from pydantic import BaseModel

from services.production.domain.measures import Alert, Shares, added, alerts, shares
from services.production.domain.pupils import Pupil, enrolment_for
from services.production.domain.weeks import WorkedWeek
from shared.events.production import Hours, OnOrder
from shared.kernel.calendar import monday_of

Year = Mapping[UUID, Mapping[str, int]]
"""The minutes by kind of each pupil over a school year."""


class PupilWeekResponse(Shares):
    """One pupil's week, null minutes where nothing is logged; `year` is the school year up to it."""

    young_id: UUID
    enrolment_id: UUID
    programme: str
    week: str
    minutes: Hours | None
    on_orders: tuple[OnOrder, ...] = ()
    year: Shares
    alerts: list[Alert]


class SchoolWeekResponse(Shares):
    """A school's week: its pupils, and the measures of them all."""

    week: str
    monday: date
    minutes: dict[str, int]
    year: Shares
    pupils: list[PupilWeekResponse]


class PupilRefused(BaseModel):
    young_id: UUID
    code: str
    detail: str


class PupilAlert(Alert):
    young_id: UUID


class WorkshopWeekResponse(BaseModel):
    """What became of a workshop's week. Those refused were not saved; the others were."""

    saved: int
    refused: list[PupilRefused]
    alerts: list[PupilAlert]


def rows(week: str, pupils: Iterable[Pupil], worked: Sequence[WorkedWeek], year: Year) -> list[PupilWeekResponse]:
    """One row a pupil, logged or not, with the shares of their school year."""
    logged = {one.young_id: one for one in worked}
    enrolments: dict[UUID, list[Pupil]] = {}
    for pupil in pupils:
        enrolments.setdefault(pupil.young_id, []).append(pupil)
    shown = [_row(week, enrolment_for(known, week), logged.get(id), year.get(id, {})) for id, known in enrolments.items()]
    return sorted(shown, key=lambda row: (row.programme, row.young_id))


def _row(week: str, pupil: Pupil, worked: WorkedWeek | None, year: Mapping[str, int]) -> PupilWeekResponse:
    minutes, so_far = added(worked.minutes.model_dump() if worked else {}), added(year)
    return PupilWeekResponse(
        young_id=pupil.young_id,
        enrolment_id=worked.enrolment_id if worked else pupil.enrolment_id,
        programme=worked.programme if worked else pupil.programme,
        week=week,
        minutes=worked.minutes if worked else None,
        on_orders=worked.on_orders if worked else (),
        year=shares(so_far),
        alerts=alerts(pupil=pupil, monday=monday_of(week), week=minutes, year=so_far),
        **shares(minutes).model_dump(),
    )
