"""The decisions of an order, without I/O."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from services.production.domain import orders
from services.production.domain.orders import COMES_FROM, Order, Status
from shared.events import (
    Event,
    OrderAccepted,
    OrderCancelled,
    OrderCompleted,
    OrderDelivered,
    OrderInvoiced,
    OrderQuoted,
    OrderReceived,
    OrderStarted,
)
from shared.events.production import CancellationCode, ClientKind
from shared.kernel.errors import Invalid, Refused
from tests.production.builders import CLIENT, MONDAY, ORDER, WHICH, an_order

LATER = MONDAY + timedelta(days=3)
DUE = date(2025, 10, 1)
QUOTED: dict[str, Any] = {"amount_cents": 45_000, "due_on": DUE}


def decide(order: Order, to: Status, *, on: date = LATER) -> list[Event]:
    """The decision that takes an order to a status."""
    match to:
        case Status.QUOTED:
            return orders.quote(order, amount_cents=60_000, due_on=DUE, on=on)
        case Status.INVOICED:
            return orders.invoice(order, number="2025-0007", on=on)
        case Status.CANCELLED:
            return orders.cancel(order, code=CancellationCode.CLIENT, on=on)
        case _:
            step = {
                Status.ACCEPTED: orders.accept, Status.STARTED: orders.start,
                Status.COMPLETED: orders.complete, Status.DELIVERED: orders.deliver,
            }[to]  # fmt: skip
            return step(order, on=on)


TOLD: dict[Status, Event] = {
    Status.QUOTED: OrderQuoted(**WHICH, on=LATER, amount_cents=60_000, due_on=DUE),
    Status.ACCEPTED: OrderAccepted(**WHICH, on=LATER),
    Status.STARTED: OrderStarted(**WHICH, on=LATER),
    Status.COMPLETED: OrderCompleted(**WHICH, on=LATER),
    Status.DELIVERED: OrderDelivered(**WHICH, on=LATER),
    Status.INVOICED: OrderInvoiced(**WHICH, on=LATER, amount_cents=45_000, number="2025-0007"),
    Status.CANCELLED: OrderCancelled(**WHICH, on=LATER, code=CancellationCode.CLIENT),
}


@pytest.mark.parametrize(("to", "status"), [(to, status) for to, origins in COMES_FROM.items() for status in origins])
def test_each_step_of_the_graph_is_told(to: Status, status: Status) -> None:
    assert decide(an_order(status), to) == [TOLD[to]]


@pytest.mark.parametrize(
    ("to", "status"),
    [(to, status) for to, origins in COMES_FROM.items() for status in Status if status not in (*origins, to)],
)
def test_each_other_step_is_refused(to: Status, status: Status) -> None:
    with pytest.raises(Refused) as refused:
        decide(an_order(status), to)
    assert refused.value.code == "wrong_status"
    assert f"Cette commande est « {orders.WORDS[status]} »" in refused.value.sentence


def test_the_graph_is_the_one_of_the_field() -> None:
    line = [status for status in Status if status is not Status.CANCELLED]
    assert all(before in COMES_FROM[after] for before, after in pairwise(line))
    assert COMES_FROM[Status.CANCELLED] == tuple(line[:4])


def test_an_order_cancelled_for_one_reason_is_not_cancelled_for_another() -> None:
    cancelled = orders.evolve(an_order(), TOLD[Status.CANCELLED])
    assert orders.cancel(cancelled, code=CancellationCode.CLIENT, on=LATER) == []
    with pytest.raises(Refused, match="wrong_status"):
        orders.cancel(cancelled, code=CancellationCode.SCHOOL, on=LATER)


@pytest.mark.parametrize("to", [to for to in COMES_FROM if to is not Status.QUOTED])
def test_a_step_taken_twice_tells_nothing(to: Status) -> None:
    assert decide(an_order(to), to) == []


def test_a_receipt_said_twice_tells_nothing() -> None:
    said: dict[str, Any] = {**WHICH, "client_id": CLIENT, "client_kind": ClientKind.PERSON, "on": MONDAY}
    assert orders.receive(None, **said) == [OrderReceived(**said)]
    assert orders.receive(an_order(), **said) == []


def test_the_same_quote_tells_nothing_and_another_is_told() -> None:
    order = an_order(Status.QUOTED)
    assert orders.quote(order, **QUOTED, on=LATER) == []
    (event,) = orders.quote(order, amount_cents=45_000, due_on=DUE + timedelta(days=1), on=LATER)
    assert orders.evolve(order, event).due_on == DUE + timedelta(days=1)


def test_a_quote_has_a_price_and_a_day_that_is_not_before_it() -> None:
    with pytest.raises(Invalid, match="no_amount"):
        orders.quote(an_order(), amount_cents=0, due_on=DUE, on=MONDAY)
    with pytest.raises(Invalid, match="due_before_quote"):
        orders.quote(an_order(), amount_cents=1, due_on=MONDAY - timedelta(days=1), on=MONDAY)
    assert orders.quote(an_order(), amount_cents=1, due_on=MONDAY, on=MONDAY)


@pytest.mark.parametrize("to", COMES_FROM)
def test_no_step_is_dated_before_the_former(to: Status) -> None:
    order = an_order(COMES_FROM[to][0], on=LATER)
    with pytest.raises(Refused) as refused:
        decide(order, to, on=MONDAY)
    word = orders.WORDS[order.status]
    assert refused.value.code == "before_previous_step"
    assert refused.value.sentence == f"Le 08/09/2025 précède le 11/09/2025, jour où cette commande a été {word}."


def test_an_order_is_what_its_events_say() -> None:
    order = orders.evolve(None, OrderReceived(**WHICH, on=MONDAY, client_id=CLIENT, client_kind=ClientKind.COUNTER))
    line = [Status.QUOTED, Status.ACCEPTED, Status.STARTED, Status.COMPLETED, Status.DELIVERED, Status.INVOICED]
    for to in line:
        order = orders.evolve(order, TOLD[to])
    assert order == Order(
        order_id=ORDER, school="besancon", client_id=CLIENT, client_kind=ClientKind.COUNTER, status=Status.INVOICED,
        steps={Status.RECEIVED: MONDAY} | dict.fromkeys(line, LATER),
        amount_cents=60_000, due_on=DUE, number="2025-0007",
    )  # fmt: skip


def test_an_order_given_up_keeps_why_and_whether_it_was_accepted() -> None:
    never = orders.evolve(an_order(Status.QUOTED), TOLD[Status.CANCELLED])
    late = orders.evolve(an_order(Status.STARTED), TOLD[Status.CANCELLED])
    assert (never.status, never.cancelled_because, never.may_be_worked_on) == (Status.CANCELLED, CancellationCode.CLIENT, False)
    assert late.may_be_worked_on
