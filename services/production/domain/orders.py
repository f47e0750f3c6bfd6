"""An order: from a client's request to the invoice."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel

from services.production.domain.visibility import of_school
from shared.events import Event
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
from shared.kernel.errors import Invalid, Refused
from shared.kernel.identifiers import Slug


class Status(StrEnum):
    RECEIVED = "received"
    QUOTED = "quoted"
    ACCEPTED = "accepted"
    STARTED = "started"
    COMPLETED = "completed"
    DELIVERED = "delivered"
    INVOICED = "invoiced"
    CANCELLED = "cancelled"


WORDS: Mapping[Status, str] = {
    Status.RECEIVED: "reçue", Status.QUOTED: "chiffrée", Status.ACCEPTED: "acceptée", Status.STARTED: "commencée",
    Status.COMPLETED: "terminée", Status.DELIVERED: "livrée", Status.INVOICED: "facturée", Status.CANCELLED: "annulée",
}  # fmt: skip

COMES_FROM: Mapping[Status, tuple[Status, ...]] = {
    Status.QUOTED: (Status.RECEIVED, Status.QUOTED),
    Status.ACCEPTED: (Status.QUOTED,),
    Status.STARTED: (Status.ACCEPTED,),
    Status.COMPLETED: (Status.STARTED,),
    Status.DELIVERED: (Status.COMPLETED,),
    Status.INVOICED: (Status.DELIVERED,),
    Status.CANCELLED: (Status.RECEIVED, Status.QUOTED, Status.ACCEPTED, Status.STARTED),
}
"""The status graph: a status, and those it may come from."""

REACHES: Mapping[type[Event], Status] = {
    OrderReceived: Status.RECEIVED, OrderQuoted: Status.QUOTED, OrderAccepted: Status.ACCEPTED,
    OrderStarted: Status.STARTED, OrderCompleted: Status.COMPLETED, OrderDelivered: Status.DELIVERED,
    OrderInvoiced: Status.INVOICED, OrderCancelled: Status.CANCELLED,
}  # fmt: skip


class Order(BaseModel):
    """An order of one school. `steps` gives the day of each status it went through; amounts are euro cents before tax."""

    order_id: UUID
    school: Slug
    client_id: UUID
    client_kind: ClientKind
    status: Status
    steps: dict[Status, date]
    amount_cents: int | None = None
    due_on: date | None = None
    number: str | None = None
    cancelled_because: CancellationCode | None = None

    @property
    def may_be_worked_on(self) -> bool:
        """The client said yes once: what was worked on it may be logged, even after a cancellation."""
        return Status.ACCEPTED in self.steps


def receive(
    order: Order | None, *, order_id: UUID, school: str, client_id: UUID, client_kind: ClientKind, on: date
) -> list[Event]:
    """A client asks for something."""
    if order is not None:
        return []
    return [OrderReceived(on=on, order_id=order_id, school=school, client_id=client_id, client_kind=client_kind)]


def quote(order: Order, *, amount_cents: int, due_on: date, on: date) -> list[Event]:
    """Name a price and a day. It may be made again until the client has answered."""
    if amount_cents <= 0:
        raise Invalid("no_amount", "Le montant d'un devis est supérieur à zéro.")
    if due_on < on:
        raise Invalid("due_before_quote", f"L'échéance du {due_on:%d/%m/%Y} précède le devis, fait le {on:%d/%m/%Y}.")
    if (order.status, order.amount_cents, order.due_on) == (Status.QUOTED, amount_cents, due_on):
        return []
    _check(order, Status.QUOTED, on)
    return [OrderQuoted(on=on, order_id=order.order_id, school=order.school, amount_cents=amount_cents, due_on=due_on)]


def accept(order: Order, *, on: date) -> list[Event]:
    """The client says yes to the quote."""
    return _step(order, OrderAccepted(on=on, order_id=order.order_id, school=order.school))


def start(order: Order, *, on: date) -> list[Event]:
    """The workshop begins."""
    return _step(order, OrderStarted(on=on, order_id=order.order_id, school=order.school))


def complete(order: Order, *, on: date) -> list[Event]:
    """The work is done."""
    return _step(order, OrderCompleted(on=on, order_id=order.order_id, school=order.school))


def deliver(order: Order, *, on: date) -> list[Event]:
    """The client has it."""
    return _step(order, OrderDelivered(on=on, order_id=order.order_id, school=order.school))


def invoice(order: Order, *, number: str, on: date) -> list[Event]:
    """Ask for the quoted amount, under a number of the school's series."""
    if order.status is Status.INVOICED:
        return []
    _check(order, Status.INVOICED, on)
    assert order.amount_cents is not None
    return [OrderInvoiced(on=on, order_id=order.order_id, school=order.school, amount_cents=order.amount_cents, number=number)]


def cancel(order: Order, *, code: CancellationCode, on: date) -> list[Event]:
    """Give it up, until the work is done; for one reason."""
    if order.status is Status.CANCELLED and order.cancelled_because is not code:
        _check(order, Status.CANCELLED, on)
    return _step(order, OrderCancelled(on=on, order_id=order.order_id, school=order.school, code=code))


def evolve(order: Order | None, event: Event) -> Order:
    """The order after an event."""
    if isinstance(event, OrderReceived):
        return Order(
            order_id=event.order_id, school=event.school, client_id=event.client_id, client_kind=event.client_kind,
            status=Status.RECEIVED, steps={Status.RECEIVED: event.on},
        )  # fmt: skip
    assert order is not None
    status = REACHES[type(event)]
    changed: dict[str, object] = {"status": status, "steps": {**order.steps, status: event.on}}
    match event:
        case OrderQuoted():
            changed |= {"amount_cents": event.amount_cents, "due_on": event.due_on}
        case OrderInvoiced():
            changed["number"] = event.number
        case OrderCancelled():
            changed["cancelled_because"] = event.code
    return order.model_copy(update=changed)


def _step(order: Order, event: Event) -> list[Event]:
    """The event, if the graph lets the order go there on that day; nothing if it is there already."""
    to = REACHES[type(event)]
    if order.status is to:
        return []
    _check(order, to, event.on)
    return [event]


def _check(order: Order, to: Status, on: date) -> None:
    if order.status not in COMES_FROM[to]:
        origins = " ou ".join(f"« {WORDS[status]} »" for status in COMES_FROM[to])
        raise Refused(
            "wrong_status",
            f"Cette commande est « {WORDS[order.status]} » : seule une commande {origins} peut être {WORDS[to]}.",
        )
    before = order.steps[order.status]
    if on < before:
        raise Refused(
            "before_previous_step",
            f"Le {on:%d/%m/%Y} précède le {before:%d/%m/%Y}, jour où cette commande a été {WORDS[order.status]}.",
        )


ORDERS = Aggregate("orders", Order, evolve, visible_to=of_school)
