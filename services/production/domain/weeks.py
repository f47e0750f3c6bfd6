"""One pupil's week: its hours by kind, of which some on orders. A later statement replaces the former."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from pydantic import BaseModel

from services.production.domain.orders import WORDS, Order
from services.production.domain.pupils import Pupil, check_presence
from services.production.domain.visibility import of_school
from shared.events import Event, WorkLogged
from shared.events.production import Hours, OnOrder
from shared.kernel.aggregate import Aggregate
from shared.kernel.calendar import SchoolYear, Week, monday_of, school_year_of
from shared.kernel.errors import Invalid, Refused
from shared.kernel.identifiers import Slug

MAX_WEEK_MINUTES = 60 * 60
"""Minutes. Beyond, somebody mistyped."""


class WorkedWeek(BaseModel):
    """What a pupil did in a week in one school, in minutes by kind. It belongs to the school year of its Monday."""

    young_id: UUID
    enrolment_id: UUID
    school: Slug
    programme: Slug
    week: Week
    school_year: SchoolYear
    minutes: Hours
    on_orders: tuple[OnOrder, ...] = ()


def log_work(
    worked: WorkedWeek | None,
    *,
    pupil: Pupil,
    week: str,
    minutes: Hours,
    on_orders: tuple[OnOrder, ...],
    orders: Mapping[UUID, Order],
    on: date,
) -> list[Event]:
    """State the hours of a pupil's week. Hours beyond a minor's limits are kept; only what cannot be is refused.

    `pupil` is the enrolment that the week belongs to; `orders` those of the school among the ones it names.
    """
    check_presence(pupil, week)
    _check_hours(week, minutes, on_orders, on)
    _check_orders(on_orders, orders)
    same_enrolment = worked is not None and worked.enrolment_id == pupil.enrolment_id
    if worked and same_enrolment and (worked.minutes, worked.on_orders) == (minutes, on_orders):
        return []
    programme = worked.programme if worked and same_enrolment else pupil.programme
    return [
        WorkLogged(
            on=on, young_id=pupil.young_id, enrolment_id=pupil.enrolment_id, school=pupil.school, programme=programme,
            week=week, minutes=minutes, on_orders=on_orders,
        )
    ]  # fmt: skip


def evolve(worked: WorkedWeek | None, event: Event) -> WorkedWeek:
    """The week after an event: what was said last."""
    assert isinstance(event, WorkLogged)
    return WorkedWeek(
        young_id=event.young_id, enrolment_id=event.enrolment_id, school=event.school, programme=event.programme,
        week=event.week, school_year=school_year_of(monday_of(event.week)), minutes=event.minutes, on_orders=event.on_orders,
    )  # fmt: skip


def _check_hours(week: str, minutes: Hours, on_orders: tuple[OnOrder, ...], on: date) -> None:
    if monday_of(week) > on:
        raise Invalid("in_the_future", f"La semaine {week} n'est pas encore commencée le {on:%d/%m/%Y}.")
    total = sum(minutes.model_dump().values())
    if total > MAX_WEEK_MINUTES:
        raise Invalid("too_many_hours", f"{in_hours(total)} dans une semaine : au-delà de 60 h, c'est une faute de frappe.")
    if len({one.order_id for one in on_orders}) < len(on_orders):
        raise Invalid("order_said_twice", "Une même commande est citée deux fois dans la semaine.")
    if sum(one.minutes for one in on_orders) > minutes.production:
        raise Invalid("more_than_production", "Les heures par commande dépassent les heures de production de la semaine.")


def _check_orders(on_orders: tuple[OnOrder, ...], orders: Mapping[UUID, Order]) -> None:
    for one in on_orders:
        order = orders.get(one.order_id)
        if order is None:
            raise Refused("unknown_order", "Une des commandes n'existe pas dans votre école.")
        if not order.may_be_worked_on:
            raise Refused(
                "order_not_accepted",
                f"Une des commandes est « {WORDS[order.status]} » : elle n'a pas d'heures avant d'être acceptée par le client.",
            )


def in_hours(minutes: int) -> str:
    """Minutes as people write them: 35 h, 42 h 30."""
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest:02d}" if rest else f"{hours} h"


WEEKS = Aggregate("weeks", WorkedWeek, evolve, visible_to=of_school)
