"""The decisions of an order, without I/O."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.production.domain import orders
from services.production.domain.order import ORDER as GRAPH
from services.production.domain.order import Order, OrderEvent, OrderStatus, evolve
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
from shared.kernel.caller import Caller
from shared.kernel.errors import Invalid, Refused
from tests.production.builders import CLIENT, MONDAY, ORDER, WHICH, an_order

LABELS = GRAPH.labels.statuses
LATER = MONDAY + timedelta(days=3)
DUE = date(2025, 10, 1)
QUOTED: dict[str, Any] = {"amount_cents": 45_000, "due_on": DUE}
S = OrderStatus
COMES_FROM: dict[OrderStatus, tuple[OrderStatus, ...]] = {
    S.QUOTED: (S.RECEIVED, S.QUOTED),
    S.ACCEPTED: (S.QUOTED,),
    S.STARTED: (S.ACCEPTED,),
    S.COMPLETED: (S.STARTED,),
    S.DELIVERED: (S.COMPLETED,),
    S.INVOICED: (S.DELIVERED,),
    S.CANCELLED: (S.RECEIVED, S.QUOTED, S.ACCEPTED, S.STARTED),
}
"""The graph of the field, written the other way round: a status, and those it may come from."""


def decide(order: Order, to: OrderStatus, *, on: date = LATER) -> list[OrderEvent]:
    """The decision that takes an order to a status."""
    match to:
        case S.QUOTED:
            return orders.quote(order, amount_cents=60_000, due_on=DUE, on=on)
        case S.INVOICED:
            return orders.invoice(order, number="2025-0007", on=on)
        case S.CANCELLED:
            return orders.cancel(order, code=CancellationCode.CLIENT, on=on)
        case _:
            step = {
                S.ACCEPTED: orders.accept, S.STARTED: orders.start,
                S.COMPLETED: orders.complete, S.DELIVERED: orders.deliver,
            }[to]  # fmt: skip
            return step(order, on=on)


EVENT_OF: dict[OrderStatus, OrderEvent] = {
    S.QUOTED: OrderQuoted(**WHICH, on=LATER, amount_cents=60_000, due_on=DUE),
    S.ACCEPTED: OrderAccepted(**WHICH, on=LATER),
    S.STARTED: OrderStarted(**WHICH, on=LATER),
    S.COMPLETED: OrderCompleted(**WHICH, on=LATER),
    S.DELIVERED: OrderDelivered(**WHICH, on=LATER),
    S.INVOICED: OrderInvoiced(**WHICH, on=LATER, amount_cents=45_000, number="2025-0007"),
    S.CANCELLED: OrderCancelled(**WHICH, on=LATER, code=CancellationCode.CLIENT),
}


@pytest.mark.parametrize(("to", "status"), [(to, status) for to, origins in COMES_FROM.items() for status in origins])
def test_each_step_of_the_graph_is_told(to: OrderStatus, status: OrderStatus) -> None:
    assert decide(an_order(status), to) == [EVENT_OF[to]]


@pytest.mark.parametrize(
    ("to", "status"),
    [(to, status) for to, origins in COMES_FROM.items() for status in OrderStatus if status not in (*origins, to)],
)
def test_each_other_step_is_refused(to: OrderStatus, status: OrderStatus) -> None:
    with pytest.raises(Refused) as refused:
        decide(an_order(status), to)
    assert refused.value.code == "not_allowed"
    assert refused.value.sentence == f"Cette commande est « {LABELS[status]} »."


@pytest.mark.parametrize(
    ("status", "role", "sentence"),
    [
        (S.RECEIVED, "office", "Cette commande est « reçue ». Possible maintenant : chiffrer, annuler."),
        (S.RECEIVED, "workshop", "Cette commande est « reçue ». Rien de plus ne vous est permis."),
        (S.STARTED, "workshop", "Cette commande est « commencée ». Possible maintenant : terminer."),
        (S.COMPLETED, "head", "Cette commande est « terminée ». Possible maintenant : livrer."),
        (S.CANCELLED, "head", "Cette commande est « annulée ». Plus rien n’est possible."),
    ],
)
def test_a_no_names_what_is_open_to_each_role(status: OrderStatus, role: str, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        decide(an_order(status), S.INVOICED)
    assert refused.value.told_to(Caller("someone", "school", "besancon", role)) == sentence


def test_an_order_cancelled_for_one_reason_is_not_cancelled_for_another() -> None:
    cancelled = evolve(an_order(), EVENT_OF[S.CANCELLED])
    assert orders.cancel(cancelled, code=CancellationCode.CLIENT, on=LATER) == []
    with pytest.raises(Refused, match="not_allowed"):
        orders.cancel(cancelled, code=CancellationCode.SCHOOL, on=LATER)


@pytest.mark.parametrize("to", [to for to in COMES_FROM if to is not S.QUOTED])
def test_a_step_taken_twice_tells_nothing(to: OrderStatus) -> None:
    assert decide(an_order(to), to) == []


def test_a_receipt_said_twice_tells_nothing() -> None:
    overrides: dict[str, Any] = {**WHICH, "client_id": CLIENT, "client_kind": ClientKind.PERSON, "on": MONDAY}
    assert orders.receive(None, **overrides) == [OrderReceived(**overrides)]
    assert orders.receive(an_order(), **overrides) == []


def test_the_same_quote_tells_nothing_and_another_is_told() -> None:
    order = an_order(S.QUOTED)
    assert orders.quote(order, **QUOTED, on=LATER) == []
    (event,) = orders.quote(order, amount_cents=45_000, due_on=DUE + timedelta(days=1), on=LATER)
    assert evolve(order, event).due_on == DUE + timedelta(days=1)


def test_a_quote_has_a_price_and_a_day_that_is_not_before_it() -> None:
    with pytest.raises(Invalid, match="no_amount"):
        orders.quote(an_order(), amount_cents=0, due_on=DUE, on=MONDAY)
    with pytest.raises(Invalid, match="due_before_quote"):
        orders.quote(an_order(), amount_cents=1, due_on=MONDAY - timedelta(days=1), on=MONDAY)
    assert orders.quote(an_order(), amount_cents=1, due_on=MONDAY, on=MONDAY)


@pytest.mark.parametrize("to", COMES_FROM)
def test_no_step_is_dated_before_the_former(to: OrderStatus) -> None:
    order = an_order(COMES_FROM[to][0], on=LATER)
    with pytest.raises(Refused) as refused:
        decide(order, to, on=MONDAY)
    assert refused.value.code == "before_previous_step"
    assert refused.value.sentence == "Le 08/09/2025 précède le 11/09/2025, dernier jour connu de cette commande."


def test_an_order_is_what_its_events_say() -> None:
    order = evolve(None, OrderReceived(**WHICH, on=MONDAY, client_id=CLIENT, client_kind=ClientKind.COUNTER))
    line = [
        S.QUOTED,
        S.ACCEPTED,
        S.STARTED,
        S.COMPLETED,
        S.DELIVERED,
        S.INVOICED,
    ]
    for to in line:
        order = evolve(order, EVENT_OF[to])
    assert order == Order(
        order_id=ORDER, school="besancon", client_id=CLIENT, client_kind=ClientKind.COUNTER, status=S.INVOICED,
        steps={S.RECEIVED: MONDAY} | dict.fromkeys(line, LATER),
        amount_cents=60_000, due_on=DUE, number="2025-0007", invoiced_cents=45_000,
    )  # fmt: skip


def test_an_order_given_up_keeps_why_and_whether_it_was_accepted() -> None:
    never = evolve(an_order(S.QUOTED), EVENT_OF[S.CANCELLED])
    late = evolve(an_order(S.STARTED), EVENT_OF[S.CANCELLED])
    assert (never.status, never.cancelled_because, never.may_be_worked_on(LATER)) == (
        S.CANCELLED,
        CancellationCode.CLIENT,
        False,
    )
    assert [late.may_be_worked_on(day) for day in (MONDAY - timedelta(days=1), MONDAY)] == [False, True]
