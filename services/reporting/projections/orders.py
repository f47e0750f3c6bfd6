"""One row per order of a client: its days from receipt to invoice, and its amounts in euro cents."""

from shared.events import (
    OrderAccepted,
    OrderCancelled,
    OrderCompleted,
    OrderDelivered,
    OrderInvoiced,
    OrderQuoted,
    OrderReceived,
    OrderStarted,
)
from shared.projections.projection import Projection, Row

orders = Projection("orders")


@orders.on(OrderReceived)
def received(event: OrderReceived) -> Row:
    return Row(event.order_id, school=event.school, client_kind=event.client_kind, received_on=event.on.isoformat())


@orders.on(OrderQuoted)
def quoted(event: OrderQuoted) -> Row:
    return Row(event.order_id, quoted_cents=event.amount_cents, due_on=event.due_on.isoformat())


@orders.on(OrderAccepted)
def accepted(event: OrderAccepted) -> Row:
    return Row(event.order_id, accepted_on=event.on.isoformat())


@orders.on(OrderStarted)
def started(event: OrderStarted) -> Row:
    return Row(event.order_id, started_on=event.on.isoformat())


@orders.on(OrderCompleted)
def completed(event: OrderCompleted) -> Row:
    return Row(event.order_id, completed_on=event.on.isoformat())


@orders.on(OrderDelivered)
def delivered(event: OrderDelivered) -> Row:
    return Row(event.order_id, delivered_on=event.on.isoformat())


@orders.on(OrderInvoiced)
def invoiced(event: OrderInvoiced) -> Row:
    return Row(event.order_id, invoiced_on=event.on.isoformat(), invoiced_cents=event.amount_cents)


@orders.on(OrderCancelled)
def cancelled(event: OrderCancelled) -> Row:
    return Row(event.order_id, cancelled_on=event.on.isoformat())
