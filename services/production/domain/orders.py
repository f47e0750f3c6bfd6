"""An order: from a client's request to the invoice."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, assert_never
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.production import labels
from services.production.domain.visibility import own_school
from shared.events.production import (
    CancellationCode,
    ClientKind,
    OrderAccepted,
    OrderCancelled,
    OrderCompleted,
    OrderDelivered,
    OrderInvoiced,
    OrderQuoted,
    OrderReceived,
    OrderStarted,
)
from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import Invalid
from shared.kernel.identifiers import Slug
from shared.kernel.transitions import Transitions

OrderEvent = (
    OrderReceived | OrderQuoted | OrderAccepted | OrderStarted | OrderCompleted | OrderDelivered | OrderInvoiced | OrderCancelled
)


class OrderStatus(StrEnum):
    RECEIVED = "received"
    QUOTED = "quoted"
    ACCEPTED = "accepted"
    STARTED = "started"
    COMPLETED = "completed"
    DELIVERED = "delivered"
    INVOICED = "invoiced"
    CANCELLED = "cancelled"


OFFICE = ("school:head", "school:office")


class Action(StrEnum):
    """What a school may do to an order."""

    QUOTE = "quote"
    ACCEPT = "accept"
    START = "start"
    COMPLETE = "complete"
    DELIVER = "deliver"
    INVOICE = "invoice"
    CANCEL = "cancel"


ORDER = Transitions(
    OrderStatus,
    Action,
    labels=labels.ORDER,
    rows={
        OrderStatus.RECEIVED: {Action.QUOTE, Action.CANCEL},
        OrderStatus.QUOTED: {Action.QUOTE, Action.ACCEPT, Action.CANCEL},
        OrderStatus.ACCEPTED: {Action.START, Action.CANCEL},
        OrderStatus.STARTED: {Action.COMPLETE, Action.CANCEL},
        OrderStatus.COMPLETED: {Action.DELIVER},
        OrderStatus.DELIVERED: {Action.INVOICE},
        OrderStatus.INVOICED: (),
        OrderStatus.CANCELLED: (),
    },
    who={**dict.fromkeys(Action, OFFICE), **dict.fromkeys((Action.START, Action.COMPLETE, Action.DELIVER), ("school",))},
)


class Order(BaseModel):
    """An order of one school. `steps` gives the day of each status it went through; amounts are euro cents before tax."""

    model_config = ConfigDict(frozen=True)
    order_id: UUID
    school: Slug
    client_id: UUID
    client_kind: ClientKind
    status: OrderStatus
    steps: Mapping[OrderStatus, date]
    amount_cents: int | None = None
    due_on: date | None = None
    number: str | None = None
    cancelled_because: CancellationCode | None = None

    @property
    def may_be_worked_on(self) -> bool:
        """The client said yes once: what was worked on it may be logged, even after a cancellation."""
        return OrderStatus.ACCEPTED in self.steps


def receive(
    order: Order | None, *, order_id: UUID, school: str, client_id: UUID, client_kind: ClientKind, on: date
) -> list[OrderEvent]:
    """A client asks for something."""
    if order is not None:
        return []
    return [OrderReceived(on=on, order_id=order_id, school=school, client_id=client_id, client_kind=client_kind)]


def quote(order: Order, *, amount_cents: int, due_on: date, on: date) -> list[OrderEvent]:
    """Name a price and a day. It may be made again until the client has answered."""
    if amount_cents <= 0:
        raise Invalid("no_amount", "Le montant d’un devis est supérieur à zéro.")
    if due_on < on:
        raise Invalid("due_before_quote", f"L’échéance du {due_on:%d/%m/%Y} précède le devis, fait le {on:%d/%m/%Y}.")
    if (order.status, order.amount_cents, order.due_on) == (OrderStatus.QUOTED, amount_cents, due_on):
        return []
    _ensure(order, Action.QUOTE, on)
    return [OrderQuoted(on=on, order_id=order.order_id, school=order.school, amount_cents=amount_cents, due_on=due_on)]


def accept(order: Order, *, on: date) -> list[OrderEvent]:
    """The client says yes to the quote."""
    event = OrderAccepted(on=on, order_id=order.order_id, school=order.school)
    return _step(order, Action.ACCEPT, OrderStatus.ACCEPTED, event)


def start(order: Order, *, on: date) -> list[OrderEvent]:
    """The workshop begins."""
    event = OrderStarted(on=on, order_id=order.order_id, school=order.school)
    return _step(order, Action.START, OrderStatus.STARTED, event)


def complete(order: Order, *, on: date) -> list[OrderEvent]:
    """The work is done."""
    event = OrderCompleted(on=on, order_id=order.order_id, school=order.school)
    return _step(order, Action.COMPLETE, OrderStatus.COMPLETED, event)


def deliver(order: Order, *, on: date) -> list[OrderEvent]:
    """The client has it."""
    event = OrderDelivered(on=on, order_id=order.order_id, school=order.school)
    return _step(order, Action.DELIVER, OrderStatus.DELIVERED, event)


def invoice(order: Order, *, number: str, on: date) -> list[OrderEvent]:
    """Ask for the quoted amount, under a number of the school's series."""
    if order.status is OrderStatus.INVOICED:
        return []
    ensure_may_be_invoiced(order, on=on)
    assert order.amount_cents is not None
    return [OrderInvoiced(on=on, order_id=order.order_id, school=order.school, amount_cents=order.amount_cents, number=number)]


def ensure_may_be_invoiced(order: Order, *, on: date) -> None:
    """Raise Refused where its status or its last day says no: before a number is taken for it."""
    _ensure(order, Action.INVOICE, on)


def cancel(order: Order, *, code: CancellationCode, on: date) -> list[OrderEvent]:
    """Give it up, until the work is done; for one reason."""
    if order.status is OrderStatus.CANCELLED and order.cancelled_because is code:
        return []
    _ensure(order, Action.CANCEL, on)
    return [OrderCancelled(on=on, order_id=order.order_id, school=order.school, code=code)]


def evolve(order: Order | None, event: OrderEvent) -> Order:
    """The order after an event."""
    if isinstance(event, OrderReceived):
        return Order(
            order_id=event.order_id, school=event.school, client_id=event.client_id, client_kind=event.client_kind,
            status=OrderStatus.RECEIVED, steps={OrderStatus.RECEIVED: event.on},
        )  # fmt: skip
    assert order is not None
    match event:
        case OrderQuoted():
            return _at(order, OrderStatus.QUOTED, event.on, amount_cents=event.amount_cents, due_on=event.due_on)
        case OrderAccepted():
            return _at(order, OrderStatus.ACCEPTED, event.on)
        case OrderStarted():
            return _at(order, OrderStatus.STARTED, event.on)
        case OrderCompleted():
            return _at(order, OrderStatus.COMPLETED, event.on)
        case OrderDelivered():
            return _at(order, OrderStatus.DELIVERED, event.on)
        case OrderInvoiced():
            return _at(order, OrderStatus.INVOICED, event.on, number=event.number)
        case OrderCancelled():
            return _at(order, OrderStatus.CANCELLED, event.on, cancelled_because=event.code)
        case _:
            assert_never(event)


def _at(order: Order, status: OrderStatus, on: date, **changed: Any) -> Order:
    """The order once it has that status, from that day."""
    return order.model_copy(update={**changed, "status": status, "steps": {**order.steps, status: on}})


def _step(order: Order, action: Action, to: OrderStatus, event: OrderEvent) -> list[OrderEvent]:
    """The event, if the table allows the action on that day; nothing if the order is there already."""
    if order.status is to:
        return []
    _ensure(order, action, event.on)
    return [event]


def _ensure(order: Order, action: Action, on: date) -> None:
    ORDER.ensure(order.status, action, on=on, since=order.steps[order.status])


ORDERS = Aggregate("orders", Order, evolve, visible_to=own_school)
