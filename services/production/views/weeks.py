"""The hours of pupils' weeks in hours, with their measures, what asks to be looked at, and what looks mistyped."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field

from services.production.domain.measures import Alert, Shares, TotalHours, alerts, shares, total, warnings
from services.production.domain.misfits import misfits
from services.production.domain.pupils import Pupil, enrolment_for
from services.production.domain.weeks import WorkedWeek
from shared.events.production import Hours, in_hours
from shared.kernel.calendar import monday_of
from shared.kernel.caller import Caller
from shared.kernel.errors import Problem, Refused
from shared.web.names import Names, ProgrammeResponse, SchoolResponse

Year = Mapping[UUID, TotalHours]
"""The hours of each pupil over a school year."""


class HoursResponse(BaseModel):
    """Hours by kind, to the minute: 7.5 is seven hours and a half."""

    production: float
    practice: float
    teaching: float
    placement: float
    absence_justified: float
    absence_unjustified: float


class OnOrderResponse(BaseModel):
    order_id: UUID
    hours: float


class PupilWeekResponse(Shares):
    """One pupil's week, null hours where nothing is logged; `year` is the school year up to it."""

    young_id: UUID
    enrolment_id: UUID
    programme: ProgrammeResponse
    week: str
    hours: HoursResponse | None
    on_orders: list[OnOrderResponse]
    year: Shares
    alerts: list[Alert]
    warnings: list[Alert] = Field(description="Ce qui est à vérifier, mal saisi ou démenti depuis ; la semaine est enregistrée.")


class SchoolWeekResponse(Shares):
    """A school's week: its pupils, and the measures of them all."""

    school: SchoolResponse
    week: str
    monday: date
    hours: HoursResponse
    year: Shares
    pupils: list[PupilWeekResponse]


class RefusedPupilResponse(BaseModel):
    """Why one pupil's week was not saved; and what the caller may do instead, where a status decides."""

    young_id: UUID
    code: str
    detail: str
    open_moves: list[str] | None = None


class PupilAlertResponse(Alert):
    young_id: UUID


class WorkshopWeekResponse(BaseModel):
    """What became of a workshop's week. Those refused were not saved; the others were."""

    saved: int
    refused: list[RefusedPupilResponse]
    alerts: list[PupilAlertResponse]
    warnings: list[PupilAlertResponse] = Field(description="Ce qui semble mal saisi, et qui est enregistré.")


def show_pupils(
    week: str, pupils: Iterable[Pupil], worked: Sequence[WorkedWeek], year: Year, names: Names
) -> list[PupilWeekResponse]:
    """One row a pupil, logged or not, with the shares of their school year."""
    logged = {hours.young_id: hours for hours in worked}
    enrolments: dict[UUID, list[Pupil]] = {}
    for pupil in pupils:
        enrolments.setdefault(pupil.young_id, []).append(pupil)
    rows = [
        _row(week, enrolment_for(known, week), logged.get(id), year.get(id, TotalHours()), names)
        for id, known in enrolments.items()
    ]
    return sorted(rows, key=lambda row: (row.programme.id, row.young_id))


def show_school(
    school: str, week: str, pupils: Iterable[Pupil], worked: Sequence[WorkedWeek], year: Year, names: Names
) -> SchoolWeekResponse:
    """A school's week, and the measures of all its pupils."""
    minutes = total(hours.minutes for hours in worked)
    return SchoolWeekResponse(
        school=names.school(school), week=week, monday=monday_of(week), hours=_in_hours(minutes), **dict(shares(minutes)),
        year=shares(total(year.values())), pupils=show_pupils(week, pupils, worked, year, names),
    )  # fmt: skip


def show_refused(young_id: UUID, problem: Problem, caller: Caller) -> RefusedPupilResponse:
    """Why one pupil's week was not saved, for who stated it."""
    if isinstance(problem, Refused) and problem.moves is not None:
        moves = [move.name for move in problem.open_to(caller)]
        return RefusedPupilResponse(young_id=young_id, code=problem.code, detail=problem.told_to(caller), open_moves=moves)
    return RefusedPupilResponse(young_id=young_id, code=problem.code, detail=problem.sentence)


def show_workshop(saved: Sequence[PupilWeekResponse], refused: list[RefusedPupilResponse]) -> WorkshopWeekResponse:
    """What became of a workshop's week, pupil by pupil."""
    alerts = [PupilAlertResponse(young_id=row.young_id, **dict(alert)) for row in saved for alert in row.alerts]
    warnings = [PupilAlertResponse(young_id=row.young_id, **dict(warning)) for row in saved for warning in row.warnings]
    return WorkshopWeekResponse(saved=len(saved), refused=refused, alerts=alerts, warnings=warnings)


def _row(week: str, pupil: Pupil, worked: WorkedWeek | None, year: TotalHours, names: Names) -> PupilWeekResponse:
    minutes = worked.minutes if worked else Hours()
    enrolment_id, programme = (worked or pupil).enrolment_id, worked.programme if worked else pupil.programme_in(week)
    return PupilWeekResponse(
        young_id=pupil.young_id, enrolment_id=enrolment_id, programme=names.programme(pupil.school, programme),
        week=week, hours=_in_hours(worked.minutes) if worked else None,
        on_orders=[OnOrderResponse(order_id=part.order_id, hours=in_hours(part.minutes)) for part in worked.on_orders]
        if worked else [],
        year=shares(year), alerts=alerts(pupil=pupil, monday=monday_of(week), week=minutes, year=year),
        warnings=[*warnings(minutes), *(misfits(worked, pupil) if worked else ())], **dict(shares(minutes)),
    )  # fmt: skip


def _in_hours(minutes: Hours) -> HoursResponse:
    return HoursResponse(**{kind: in_hours(getattr(minutes, kind)) for kind in HoursResponse.model_fields})
