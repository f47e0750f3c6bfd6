"""What is decided of an order, from a client's request to the invoice."""

from datetime import date
from uuid import UUID

from services.production.domain.order import ORDER, Action, Order, OrderEvent, OrderStatus
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
from shared.kernel.errors import Invalid, Refused


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


def invoice(order: Order, *, number: str, amount_cents: int | None = None, on: date) -> list[OrderEvent]:
    """Ask for the quoted amount, under a number of the school's series; after a credit note, for another where one is said."""
    if order.status is OrderStatus.INVOICED:
        return []
    amount = ensure_may_be_invoiced(order, amount_cents=amount_cents, on=on)
    return [OrderInvoiced(on=on, order_id=order.order_id, school=order.school, amount_cents=amount, number=number)]


def ensure_may_be_invoiced(order: Order, *, amount_cents: int | None = None, on: date) -> int:
    """The amount to ask for. Refused where its status or its last day says no: before a number is taken for it."""
    _ensure(order, Action.INVOICE, on)
    assert order.amount_cents is not None
    if amount_cents not in (None, order.amount_cents) and not order.credit_notes:
        sentence = "Une facture demande le montant du devis. Un autre montant n’est possible qu’après un avoir."
        raise Refused("not_as_quoted", sentence, moves=ORDER.moves(order.status))
    return amount_cents or order.amount_cents


def cancel(order: Order, *, code: CancellationCode, on: date) -> list[OrderEvent]:
    """Give it up, until the work is done; for one reason."""
    if order.status is OrderStatus.CANCELLED and order.cancelled_because is code:
        return []
    _ensure(order, Action.CANCEL, on)
    return [OrderCancelled(on=on, order_id=order.order_id, school=order.school, code=code)]


def _step(order: Order, action: Action, to: OrderStatus, event: OrderEvent) -> list[OrderEvent]:
    """The event, if the table allows the action on that day; nothing if the order is there already."""
    if order.status is to:
        return []
    _ensure(order, action, event.on)
    return [event]


def _ensure(order: Order, action: Action, on: date) -> None:
    ORDER.ensure(order.status, action, on=on, since=order.steps[order.status])
