"""Toy read models over the history of one order: facts with their history, and a state."""

import uuid
from datetime import timedelta
from typing import Any

from pydantic import BaseModel

from shared.events import Event
from shared.events.message import Message, message_of
from shared.events.production import CancellationCode, ClientKind, OrderAccepted, OrderCancelled, OrderReceived
from shared.projections.projection import Projection, Row
from shared.projections.read_model import ReadModel, Stored
from shared.projections.states import StateProjection
from tests.conftest import A_MORNING
from tests.persistence.builders import A_DAY

Published = tuple[Event, Message]
orders = Projection("toy_orders")
BROKEN = {"broken"}
"""The schools whose orders, once accepted, are a bug."""


@orders.on(OrderReceived)
def received(event: OrderReceived) -> Row:
    return Row(event.order_id, school=event.school, received_on=event.on.isoformat())


@orders.on(OrderAccepted)
def accepted(event: OrderAccepted) -> Row:
    if event.school in BROKEN:
        raise ValueError("a bug")
    if event.school == "too-large":
        return Row(event.order_id, accepted_on=2**70)
    return Row(event.order_id, accepted_on=event.on.isoformat())


class Tally(BaseModel):
    order_id: uuid.UUID
    school: str | None = None
    accepted: int = 0
    cancelled: bool = False


tallies = StateProjection("tallies", Tally, key=lambda event: event.order_id, new=lambda event: Tally(order_id=event.order_id))


@tallies.whenever(OrderReceived)
def opened(tally: Tally, event: OrderReceived) -> Tally:
    return tally.model_copy(update={"school": event.school})


@tallies.on(OrderAccepted)
def counted(tally: Tally, _: OrderAccepted) -> Tally:
    return tally.model_copy(update={"accepted": tally.accepted + 1})


@tallies.on(OrderCancelled)
def ended(tally: Tally, _: OrderCancelled) -> Tally:
    return tally.model_copy(update={"cancelled": True})


def received_order(id: uuid.UUID, school: str = "dole") -> OrderReceived:
    return OrderReceived(order_id=id, school=school, client_id=id, client_kind=ClientKind.COMPANY, on=A_DAY)


def cancelled_order(id: uuid.UUID) -> OrderCancelled:
    return OrderCancelled(order_id=id, school="dole", code=CancellationCode.CLIENT, on=A_DAY)


def message_about(event: Event, sequence: int, *, source: str = "") -> Message:
    """An event in the message that its order's own source tells, an hour after the one before."""
    at = A_MORNING + timedelta(hours=sequence)
    return message_of(event, source=source or f"/production/orders/{event.key}", sequence=sequence, time=at)


def messages_of(id: uuid.UUID, *, school: str = "dole", accepted: int = 3) -> list[Message]:
    """An order received, then accepted on as many days."""
    days = (A_DAY + timedelta(days=n) for n in range(accepted))
    events = [received_order(id, school), *(OrderAccepted(order_id=id, school=school, on=day) for day in days)]
    return [message_about(event, sequence) for sequence, event in enumerate(events)]


def folded(model: ReadModel, messages: list[Message]) -> dict[str, Stored]:
    """The rows of a read model after these messages, in memory."""
    rows: dict[str, Any] = {}
    for message in messages:
        for change in model.changes(message.event(), message):
            rows[change.id] = change.fold(rows.get(change.id))
    return rows
