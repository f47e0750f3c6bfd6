"""One pupil's week: its hours by kind, of which some on orders. A later statement replaces the former."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.production import labels
from services.production.domain.order import ORDER, Order, OrderStatus
from services.production.domain.pupils import Pupil, ensure_present, sunday_of
from services.production.domain.visibility import own_school
from shared.events.production import Hours, OnOrder, WorkLogged
from shared.kernel.aggregate import Aggregate
from shared.kernel.calendar import SchoolYear, Week, monday_of, school_year_of
from shared.kernel.errors import Invalid, Refused
from shared.kernel.identifiers import Slug

MAX_WEEK_MINUTES = 60 * 60
"""Beyond, somebody mistyped."""


class PupilHours(BaseModel):
    """What one pupil did in a week, in minutes by kind, and how much of it on which orders."""

    model_config = ConfigDict(frozen=True)
    young_id: UUID
    minutes: Hours
    on_orders: tuple[OnOrder, ...] = ()


class WorkedWeek(PupilHours):
    """The hours of a pupil's week in one school. It belongs to the school year of its Monday."""

    enrolment_id: UUID
    school: Slug
    programme: Slug
    week: Week
    school_year: SchoolYear


def log_work(
    worked: WorkedWeek | None, *, pupil: Pupil, week: str, hours: PupilHours, orders: Mapping[UUID, Order], on: date
) -> list[WorkLogged]:
    """State the hours of a pupil's week. Hours beyond a minor's limits are kept; only what cannot be is refused.

    `pupil` is the enrolment that the week belongs to; `orders` those of the school among the ones it names.
    """
    if worked is None or hours.minutes != Hours():  # what was logged of somebody who was not there may be emptied
        ensure_present(pupil, week)
    _ensure_possible(week, hours, on)
    _ensure_accepted(week, hours.on_orders, orders)
    programme = _programme(worked, pupil, week)
    said = (pupil.enrolment_id, programme, hours.minutes, hours.on_orders)
    if worked and (worked.enrolment_id, worked.programme, worked.minutes, worked.on_orders) == said:
        return []
    return [
        WorkLogged(
            on=on, young_id=pupil.young_id, enrolment_id=pupil.enrolment_id, school=pupil.school, programme=programme,
            week=week, minutes=hours.minutes, on_orders=hours.on_orders,
        )
    ]  # fmt: skip


def evolve(_worked: WorkedWeek | None, event: WorkLogged) -> WorkedWeek:
    """The week after an event: the latest statement of it."""
    school_year = school_year_of(monday_of(event.week))
    return WorkedWeek(
        young_id=event.young_id, enrolment_id=event.enrolment_id, school=event.school, programme=event.programme,
        week=event.week, school_year=school_year, minutes=event.minutes, on_orders=event.on_orders,
    )  # fmt: skip


def _programme(worked: WorkedWeek | None, pupil: Pupil, week: str) -> Slug:
    """That of the week, as it is known now; of a pupil of whom the last one alone is known, that of what was logged."""
    if worked and worked.enrolment_id == pupil.enrolment_id and not pupil.whole:
        return worked.programme
    return pupil.programme_in(week)


def _ensure_possible(week: str, hours: PupilHours, on: date) -> None:
    if monday_of(week) > on:
        raise Invalid("in_the_future", f"La semaine {week} n’est pas encore commencée le {on:%d/%m/%Y}.")
    total = sum(hours.minutes.model_dump().values())
    if total > MAX_WEEK_MINUTES:
        typed = labels.hours(total)
        sentence = f"{typed} dans une semaine : s’agit-il de minutes ? Au-delà de 60 h, elle n’est pas enregistrée."
        raise Invalid("too_many_hours", sentence)
    if len({part.order_id for part in hours.on_orders}) < len(hours.on_orders):
        raise Invalid("order_said_twice", "Une même commande est citée deux fois dans la semaine.")
    if sum(part.minutes for part in hours.on_orders) > hours.minutes.production:
        raise Invalid("more_than_production", "Les heures par commande dépassent les heures de production de la semaine.")


def _ensure_accepted(week: str, on_orders: tuple[OnOrder, ...], orders: Mapping[UUID, Order]) -> None:
    """Refused where the school has no such order, or its client had not said yes by the end of the week."""
    for part in on_orders:
        order = orders.get(part.order_id)
        if order is None:
            raise Refused("unknown_order", "Une des commandes n’existe pas dans votre école.")
        if not order.may_be_worked_on(until=sunday_of(week)):
            raise Refused("order_not_accepted", _not_accepted(order), moves=ORDER.moves(order.status))


def _not_accepted(order: Order) -> str:
    if accepted := order.steps.get(OrderStatus.ACCEPTED):
        return f"Une des commandes n’a été acceptée par le client que le {accepted:%d/%m/%Y}, après cette semaine."
    status = labels.ORDER.statuses[order.status]
    return f"Une des commandes est « {status} » : elle n’a pas d’heures avant d’être acceptée par le client."


WEEKS = Aggregate("weeks", WorkedWeek, evolve, visible_to=own_school)
