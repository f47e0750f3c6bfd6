"""One row per order of a client: its days from receipt to invoice, and its turnover in euro cents."""

from datetime import date
from typing import Any
from uuid import UUID

from shared.events.order_corrections import OrderCredited, OrderStep, OrderStepCorrected
from shared.events.production import (
    OrderAccepted,
    OrderCancelled,
    OrderCompleted,
    OrderDelivered,
    OrderInvoiced,
    OrderQuoted,
    OrderReceived,
    OrderStarted,
)
from shared.projections.table import REQUIRED, Latest, TableRow


class OrderRow(TableRow, table="orders"):
    id: UUID
    school: str = REQUIRED
    received_on: date = REQUIRED
    due_on: date | None = None
    """As last quoted."""
    accepted_on: date | None = None
    started_on: date | None = None
    completed_on: date | None = None
    delivered_on: date | None = None
    invoiced_on: date | None = None
    invoiced_cents: int = 0
    """What its invoice asks for, credit notes taken off: one invoice stands at most."""
    cancelled_on: date | None = None
    corrected_on: Latest[date | None] = None


@OrderRow.on(OrderReceived)
def received(event: OrderReceived) -> OrderRow:
    return OrderRow(id=event.order_id, school=event.school, received_on=event.on)


@OrderRow.on(OrderQuoted)
def quoted(event: OrderQuoted) -> OrderRow:
    return OrderRow(id=event.order_id, due_on=event.due_on)


@OrderRow.on(OrderAccepted)
def accepted(event: OrderAccepted) -> OrderRow:
    return OrderRow(id=event.order_id, accepted_on=event.on)


@OrderRow.on(OrderStarted)
def started(event: OrderStarted) -> OrderRow:
    return OrderRow(id=event.order_id, started_on=event.on)


@OrderRow.on(OrderCompleted)
def completed(event: OrderCompleted) -> OrderRow:
    return OrderRow(id=event.order_id, completed_on=event.on)


@OrderRow.on(OrderDelivered)
def delivered(event: OrderDelivered) -> OrderRow:
    return OrderRow(id=event.order_id, delivered_on=event.on)


@OrderRow.on(OrderInvoiced)
def invoiced(event: OrderInvoiced) -> OrderRow:
    return OrderRow(id=event.order_id, invoiced_on=event.on, invoiced_cents=event.amount_cents)


@OrderRow.on(OrderCancelled)
def cancelled(event: OrderCancelled) -> OrderRow:
    return OrderRow(id=event.order_id, cancelled_on=event.on)


@OrderRow.on(OrderCredited)
def credited(event: OrderCredited) -> OrderRow:
    return OrderRow(id=event.order_id, invoiced_cents=event.left_cents, corrected_on=event.on)


@OrderRow.on(OrderStepCorrected)
def step_corrected(event: OrderStepCorrected) -> OrderRow:
    told: dict[str, Any] = {} if event.step is OrderStep.QUOTED else {f"{event.step}_on": event.happened_on}
    return OrderRow(id=event.order_id, corrected_on=event.on, **told)
