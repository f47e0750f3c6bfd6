"""What production shows: clients, orders with their title and French, pupils' hours with their measures."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from pydantic import BaseModel

from services.production.domain.clients import Client
from services.production.domain.measures import Alert, Shares, TotalHours, alerts, shares, total
from services.production.domain.orders import ORDER, Order
from services.production.domain.pupils import Pupil, enrolment_for
from services.production.domain.weeks import WorkedWeek
from shared.events.production import Hours, OnOrder
from shared.kernel.calendar import monday_of

Year = Mapping[UUID, TotalHours]
"""The hours of each pupil over a school year."""


class ClientResponse(Client):
    """A client, as its school wrote it."""


class OrderResponse(Order):
    """An order, with its free text and its status in French."""

    title: str
    status_label: str


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
    minutes: TotalHours
    year: Shares
    pupils: list[PupilWeekResponse]


class RefusedPupilResponse(BaseModel):
    """Why one pupil's week was not saved."""

    young_id: UUID
    code: str
    detail: str


class PupilAlertResponse(Alert):
    young_id: UUID


class WorkshopWeekResponse(BaseModel):
    """What became of a workshop's week. Those refused were not saved; the others were."""

    saved: int
    refused: list[RefusedPupilResponse]
    alerts: list[PupilAlertResponse]


def show_order(order: Order, titles: Mapping[UUID, str]) -> OrderResponse:
    """An order, with its title out of these."""
    label = ORDER.labels.statuses[order.status]
    return OrderResponse(**dict(order), title=titles.get(order.order_id, ""), status_label=label)


def show_pupils(week: str, pupils: Iterable[Pupil], worked: Sequence[WorkedWeek], year: Year) -> list[PupilWeekResponse]:
    """One row a pupil, logged or not, with the shares of their school year."""
    logged = {hours.young_id: hours for hours in worked}
    enrolments: dict[UUID, list[Pupil]] = {}
    for pupil in pupils:
        enrolments.setdefault(pupil.young_id, []).append(pupil)
    rows = [
        _row(week, enrolment_for(known, week), logged.get(id), year.get(id, TotalHours())) for id, known in enrolments.items()
    ]
    return sorted(rows, key=lambda row: (row.programme, row.young_id))


def show_school(week: str, pupils: Iterable[Pupil], worked: Sequence[WorkedWeek], year: Year) -> SchoolWeekResponse:
    """A school's week, and the measures of all its pupils."""
    minutes = total(hours.minutes for hours in worked)
    return SchoolWeekResponse(
        week=week, monday=monday_of(week), minutes=minutes, **dict(shares(minutes)), year=shares(total(year.values())),
        pupils=show_pupils(week, pupils, worked, year),
    )  # fmt: skip


def show_workshop(saved: Sequence[PupilWeekResponse], refused: list[RefusedPupilResponse]) -> WorkshopWeekResponse:
    """What became of a workshop's week, pupil by pupil."""
    found = [PupilAlertResponse(young_id=row.young_id, **dict(alert)) for row in saved for alert in row.alerts]
    return WorkshopWeekResponse(saved=len(saved), refused=refused, alerts=found)


def _row(week: str, pupil: Pupil, worked: WorkedWeek | None, year: TotalHours) -> PupilWeekResponse:
    minutes = worked.minutes if worked else Hours()
    shown = worked or pupil
    return PupilWeekResponse(
        young_id=pupil.young_id, enrolment_id=shown.enrolment_id, programme=shown.programme, week=week,
        minutes=worked.minutes if worked else None, on_orders=worked.on_orders if worked else (),
        year=shares(year), alerts=alerts(pupil=pupil, monday=monday_of(week), week=minutes, year=year), **dict(shares(minutes)),
    )  # fmt: skip
