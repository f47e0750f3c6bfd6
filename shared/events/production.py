"""Events of production: orders of real clients from receipt to invoice, and the state of each pupil's week."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.events.event import Event
from shared.kernel.calendar import Week
from shared.kernel.identifiers import Slug
from shared.kernel.strict import Day, Published


class ClientKind(StrEnum):
    COMPANY = "company"
    PUBLIC_BODY = "public_body"
    ASSOCIATION = "association"
    PERSON = "person"
    COUNTER = "counter"


class CancellationCode(StrEnum):
    CLIENT = "client"
    SCHOOL = "school"
    QUOTE_REFUSED = "quote_refused"
    OTHER = "other"


NUMBER = r"^[0-9]{4}-[0-9]{4,}$"
"""Of an invoice or a credit note: its civil year and its rank in the school's series."""
Cents = Annotated[int, Field(ge=0, description="Euro cents, before tax."), Published]
Minutes = Annotated[int, Field(ge=0, le=7 * 24 * 60), Published]


def in_hours(minutes: int) -> float:
    """Minutes as hours, to the hundredth: what people type and read. Rounded back to minutes it is the same number."""
    return round(minutes / 60, 2)


class OrderEvent(Event, topic="etabli.production", key="order_id"):
    order_id: UUID
    school: Slug


class OrderReceived(OrderEvent, type="production.order.received.v1"):
    client_id: UUID
    client_kind: ClientKind


class OrderQuoted(OrderEvent, type="production.order.quoted.v1"):
    amount_cents: Cents
    due_on: Day


class OrderAccepted(OrderEvent, type="production.order.accepted.v1"):
    """The client said yes to the quote."""


class OrderStarted(OrderEvent, type="production.order.started.v1"):
    pass


class OrderCompleted(OrderEvent, type="production.order.completed.v1"):
    """The work is done; on time when `on` is not after the quote's due day."""


class OrderDelivered(OrderEvent, type="production.order.delivered.v1"):
    pass


class OrderInvoiced(OrderEvent, type="production.order.invoiced.v1"):
    """Invoiced under a number of the school's own series, without gap."""

    amount_cents: Cents
    number: str = Field(pattern=NUMBER, description="Civil year and rank: 2026-0001.")


class OrderCancelled(OrderEvent, type="production.order.cancelled.v1"):
    code: CancellationCode


class Hours(BaseModel):
    """One pupil's week, in minutes by kind. Absence carries no reason."""

    model_config = ConfigDict(frozen=True)
    production: Minutes = 0
    practice: Minutes = 0
    teaching: Minutes = 0
    placement: Minutes = 0
    absence_justified: Minutes = 0
    absence_unjustified: Minutes = 0


class OnOrder(BaseModel):
    model_config = ConfigDict(frozen=True)
    order_id: UUID
    minutes: Minutes


class WorkLogged(Event, type="production.work.logged.v1", topic="etabli.production", key="young_id"):
    """The state of one pupil's week: a later one replaces it. `production` minutes may be split by order."""

    young_id: UUID
    enrolment_id: UUID
    school: Slug
    programme: Slug
    week: Week
    minutes: Hours
    on_orders: tuple[OnOrder, ...] = ()
