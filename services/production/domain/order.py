"""An order: its state, what each status allows, and what its events make of it."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, assert_never
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.production import labels
from services.production.domain.visibility import own_school
from shared.events.corrections import CorrectionCode
from shared.events.order_corrections import OrderCredited, OrderStepCorrected
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
from shared.kernel.identifiers import Slug
from shared.kernel.transitions import Transitions

OrderEvent = (
    OrderReceived
    | OrderQuoted
    | OrderAccepted
    | OrderStarted
    | OrderCompleted
    | OrderDelivered
    | OrderInvoiced
    | OrderCredited
    | OrderCancelled
    | OrderStepCorrected
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
    CREDIT = "credit"
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
        OrderStatus.INVOICED: {Action.CREDIT},
        OrderStatus.CANCELLED: (),
    },
    who={**dict.fromkeys(Action, OFFICE), **dict.fromkeys((Action.START, Action.COMPLETE, Action.DELIVER), ("school",))},
)


class CreditNote(BaseModel):
    """What takes back an invoice, whole or in part (euro cents before tax)."""

    model_config = ConfigDict(frozen=True)
    credit_id: UUID
    number: str
    invoice: str
    amount_cents: int
    code: CorrectionCode
    on: date


class Order(BaseModel):
    """An order of one school. `steps` gives the day of each status it went through; amounts are euro cents before tax.

    `number` is that of the invoice that stands, and `invoiced_cents` what it still asks for.
    """

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
    invoiced_cents: int | None = None
    credit_notes: tuple[CreditNote, ...] = ()
    corrected_on: date | None = None
    cancelled_because: CancellationCode | None = None

    @property
    def left_cents(self) -> int:
        """What the invoice that stands asks for; of one that an earlier build kept, the amount that was quoted."""
        if self.status is not OrderStatus.INVOICED:
            return 0
        return (self.amount_cents or 0) if self.invoiced_cents is None else self.invoiced_cents

    def may_be_worked_on(self, until: date) -> bool:
        """The client had said yes by a day: what was worked on it then may be logged, even after a cancellation."""
        accepted = self.steps.get(OrderStatus.ACCEPTED)
        return accepted is not None and accepted <= until


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
            return _at(order, OrderStatus.INVOICED, event.on, number=event.number, invoiced_cents=event.amount_cents)
        case OrderCredited():
            return _credited(order, event)
        case OrderStepCorrected():
            return _corrected(order, event)
        case OrderCancelled():
            return _at(order, OrderStatus.CANCELLED, event.on, cancelled_because=event.code)
        case _:
            assert_never(event)


def _credited(order: Order, event: OrderCredited) -> Order:
    note = CreditNote(**event.model_dump(include=set(CreditNote.model_fields)))
    after = order.model_copy(update={"credit_notes": (*order.credit_notes, note), "invoiced_cents": event.left_cents})
    return after if event.left_cents else _without(after, OrderStatus.INVOICED).model_copy(update={"number": None})


def _corrected(order: Order, event: OrderStepCorrected) -> Order:
    step = OrderStatus(event.step)
    after = order.model_copy(update={"corrected_on": event.on})
    if event.happened_on:
        return after.model_copy(update={"steps": {**order.steps, step: event.happened_on}})
    return _without(after, step).model_copy(update={"cancelled_because": None})


def _without(order: Order, step: OrderStatus) -> Order:
    """The order where it was before its last step."""
    steps = {status: day for status, day in order.steps.items() if status is not step}
    return order.model_copy(update={"status": list(steps)[-1], "steps": steps})


def _at(order: Order, status: OrderStatus, on: date, **changed: Any) -> Order:
    """The order once it has that status, from that day."""
    return order.model_copy(update={**changed, "status": status, "steps": {**order.steps, status: on}})


ORDERS = Aggregate("orders", Order, evolve, visible_to=own_school)
