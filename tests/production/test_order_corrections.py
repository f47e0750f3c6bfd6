"""After a mistake about an order: its days, its last step, and its invoice, which only a credit note takes back."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.production.domain import order_corrections as corrections
from services.production.domain import orders
from services.production.domain.order import Order, OrderEvent, OrderStatus, evolve
from shared.events.corrections import CorrectionCode
from shared.events.order_corrections import OrderCredited, OrderStep, OrderStepCorrected
from shared.events.production import CancellationCode
from shared.kernel.errors import Problem
from tests.production.builders import MONDAY, WHICH, an_order

TYPING, LATER = CorrectionCode.TYPING, MONDAY + timedelta(days=30)
ONE, TWO = UUID(int=1), UUID(int=2)
S = OrderStatus
DAYS = {status: MONDAY + timedelta(days=rank) for rank, status in enumerate(list(S)[:7])}
"""Of a step each day."""


def delivered() -> Order:
    steps = {status: day for status, day in DAYS.items() if status is not S.INVOICED}
    return an_order(S.DELIVERED, steps=steps)


def invoiced() -> Order:
    return an_order(S.INVOICED, steps=DAYS, invoiced_cents=45_000)


def after(order: Order, events: Sequence[OrderEvent]) -> Order:
    for event in events:
        order = evolve(order, event)
    return order


def refusal(decision: Any, order: Order, **command: Any) -> str:
    with pytest.raises(Problem) as refused:
        decision(order, **command)
    return refused.value.code


def test_a_day_is_corrected_between_those_around_it() -> None:
    said: dict[str, Any] = {"step": OrderStep.COMPLETED, "code": TYPING, "on": LATER}
    known, before, behind = DAYS[S.COMPLETED], DAYS[S.STARTED], DAYS[S.DELIVERED]
    events = corrections.correct_step(delivered(), happened_on=before, **said)
    assert events == [OrderStepCorrected(**WHICH, **said, replaces_on=known, happened_on=before)]
    mended = after(delivered(), events)
    assert (mended.steps[S.COMPLETED], mended.status, mended.corrected_on) == (before, S.DELIVERED, LATER)
    assert corrections.correct_step(delivered(), happened_on=known, **said) == []
    early, late = before - timedelta(days=1), behind + timedelta(days=1)
    assert refusal(corrections.correct_step, delivered(), happened_on=early, **said) == "before_previous_step"
    assert refusal(corrections.correct_step, delivered(), happened_on=late, **said) == "after_next_step"
    assert refusal(corrections.correct_step, an_order(S.STARTED), happened_on=known, **said) == "not_declared"


def test_a_correction_is_not_dated_before_what_it_corrects_nor_what_it_says() -> None:
    last, known = DAYS[S.DELIVERED], an_order(S.DELIVERED)
    said: dict[str, Any] = {"step": OrderStep.DELIVERED, "code": TYPING}
    eve = last - timedelta(days=1)
    assert refusal(corrections.correct_step, delivered(), happened_on=eve, on=eve, **said) == "before_previous_step"
    assert refusal(corrections.correct_step, known, happened_on=last, on=eve, **said) == "before_previous_step"
    assert refusal(corrections.void_step, delivered(), on=eve, **said) == "before_previous_step"


def test_a_quote_is_not_dated_after_what_it_promises() -> None:
    quoted = an_order(S.QUOTED, due_on=MONDAY + timedelta(days=2))
    said: dict[str, Any] = {"step": OrderStep.QUOTED, "code": TYPING, "on": LATER}
    assert refusal(corrections.correct_step, quoted, happened_on=MONDAY + timedelta(days=3), **said) == "due_before_quote"


@pytest.mark.parametrize("step", [OrderStep.ACCEPTED, OrderStep.STARTED, OrderStep.COMPLETED, OrderStep.DELIVERED])
def test_a_last_step_that_was_not_taken_leaves_the_order_where_it_was(step: OrderStep) -> None:
    status, line = S(step), list(S)
    order = an_order(status)
    events = corrections.void_step(order, step=step, code=TYPING, on=LATER)
    assert events == [OrderStepCorrected(**WHICH, on=LATER, code=TYPING, step=step, replaces_on=MONDAY, voided=True)]
    undone = after(order, events)
    assert undone == an_order(line[line.index(status) - 1], corrected_on=LATER)


def test_no_other_step_is_undone() -> None:
    for step in (OrderStep.RECEIVED, OrderStep.QUOTED, OrderStep.STARTED):
        assert refusal(corrections.void_step, delivered(), step=step, code=TYPING, on=LATER) == "not_the_last_step"
    assert refusal(corrections.void_step, an_order(S.QUOTED), step=OrderStep.QUOTED, code=TYPING, on=LATER) == "not_the_last_step"


def test_a_cancellation_by_mistake_is_undone() -> None:
    started = an_order(S.STARTED)
    cancelled = after(started, orders.cancel(started, code=CancellationCode.CLIENT, on=LATER))
    reopened = after(cancelled, corrections.void_step(cancelled, step=OrderStep.CANCELLED, code=TYPING, on=LATER))
    assert reopened == started.model_copy(update={"corrected_on": LATER})


def credit(order: Order, id: UUID = ONE, **overrides: Any) -> list[OrderEvent]:
    usual = {"code": TYPING, "amount_cents": None, "number": "2025-0002", "on": LATER, "distinct": False}
    return corrections.credit(order, credit_id=id, **{**usual, **overrides})


def test_an_invoice_is_credited_whole_and_made_again_for_another_amount() -> None:
    events = credit(invoiced())
    told: dict[str, Any] = {"credit_id": ONE, "code": TYPING, "number": "2025-0002", "invoice": "2025-0001"}
    assert events == [OrderCredited(**WHICH, **told, on=LATER, amount_cents=45_000, left_cents=0)]
    credited = after(invoiced(), events)
    assert (credited.status, credited.number, credited.left_cents) == (S.DELIVERED, None, 0)
    assert credit(credited) == []
    again = after(credited, orders.invoice(credited, number="2025-0003", amount_cents=40_000, on=LATER))
    assert (again.number, again.left_cents, [note.invoice for note in again.credit_notes]) == ("2025-0003", 40_000, ["2025-0001"])


def test_an_invoice_is_for_the_quoted_amount_until_one_was_credited() -> None:
    assert refusal(orders.invoice, delivered(), number="2025-0001", amount_cents=40_000, on=LATER) == "not_as_quoted"
    assert orders.invoice(delivered(), number="2025-0001", amount_cents=45_000, on=LATER)


def test_a_part_of_an_invoice_is_credited_and_the_rest_stands() -> None:
    partly = after(invoiced(), credit(invoiced(), amount_cents=5_000))
    assert (partly.status, partly.number, partly.left_cents) == (S.INVOICED, "2025-0001", 40_000)
    with pytest.raises(Problem, match="more_than_invoiced"):
        credit(partly, TWO, amount_cents=40_001)
    with pytest.raises(Problem, match="already_credited"):
        credit(partly, TWO, amount_cents=5_000)
    assert credit(partly, ONE, amount_cents=5_000) == []
    assert credit(partly, TWO, amount_cents=5_000, distinct=True)


def test_what_is_not_invoiced_is_not_credited_and_nothing_before_its_invoice() -> None:
    with pytest.raises(Problem, match="not_allowed"):
        credit(delivered())
    with pytest.raises(Problem, match="before_previous_step"):
        credit(invoiced(), on=MONDAY)


def test_an_invoice_that_an_earlier_build_kept_is_credited_for_what_was_quoted() -> None:
    (event,) = credit(invoiced().model_copy(update={"invoiced_cents": None}))
    assert isinstance(event, OrderCredited)
    assert (event.amount_cents, event.left_cents) == (45_000, 0)


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 60_000)), max_size=20))
def test_what_stands_is_what_was_invoiced_less_what_was_credited(moves: list[tuple[bool, int]]) -> None:
    order, invoices, credits = delivered(), 0, 0
    for rank, (to_credit, cents) in enumerate(moves):
        try:
            events = (
                credit(order, UUID(int=rank + 5), amount_cents=cents)
                if to_credit
                else orders.invoice(order, number=f"2025-{rank:04}", amount_cents=cents if order.credit_notes else None, on=LATER)
            )
        except Problem:
            continue
        order = after(order, events)
        invoices += sum(getattr(event, "amount_cents", 0) for event in events if not isinstance(event, OrderCredited))
        credits += sum(event.amount_cents for event in events if isinstance(event, OrderCredited))
        assert order.left_cents == invoices - credits >= 0
