"""Public money: what is posted twice, what is corrected, and that never more is paid than was promised."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrolment.domain import grant as decisions
from services.enrolment.domain import grant_corrections as corrections
from services.enrolment.domain.grant import Grant, GrantEvent, evolve
from shared.events.catalogue import GrantAwarded, GrantPurpose
from shared.events.corrections import CorrectionCode
from shared.events.grant_corrections import GrantCorrected, PaymentCorrected
from shared.kernel.errors import NotFound, Problem

GRANT, FIRST, SECOND = (UUID(int=rank) for rank in (1, 2, 3))
MARCH, JUNE, TODAY = date(2025, 3, 3), date(2025, 6, 2), date(2025, 9, 1)
TYPING = CorrectionCode.TYPING
OF: dict[str, Any] = {"grant_id": GRANT, "holder": "dole", "code": TYPING, "on": TODAY}
REPLACED: dict[str, Any] = {
    "replaces_amount_cents": 1000, "replaces_purpose": "operating", "replaces_civil_year": 2025, "replaces_funder": "region-bfc",
}  # fmt: skip


def after(grant: Grant | None, events: Sequence[GrantEvent]) -> Grant:
    for event in events:
        grant = evolve(grant, event)
    assert grant is not None
    return grant


def a_grant(*payments: tuple[UUID, int, date]) -> Grant:
    """A thousand cents for 2025, of which these were paid."""
    awarded = GrantAwarded(
        grant_id=GRANT, holder="dole", amount_cents=1000, purpose=GrantPurpose.OPERATING, civil_year=2025, funder="region-bfc",
        on=date(2025, 1, 10),
    )  # fmt: skip
    grant = after(None, decisions.award(None, event=awarded))
    for id, cents, day in payments:
        grant = after(grant, decisions.pay(grant, payment_id=id, amount_cents=cents, on=day))
    return grant


def refusal(decision: Any, *args: Any, **command: Any) -> str:
    with pytest.raises(Problem) as refused:
        decision(*args, **command)
    return refused.value.code


def test_a_grant_is_corrected_by_saying_what_it_replaces() -> None:
    events = corrections.correct(a_grant(), code=TYPING, changes={"amount_cents": 1200, "civil_year": 2024}, on=TODAY)
    new: dict[str, Any] = {"amount_cents": 1200, "civil_year": 2024, "purpose": "operating", "funder": "region-bfc"}
    assert events == [GrantCorrected(**OF, **REPLACED, **new)]
    mended = after(a_grant(), events)
    assert (mended.amount_cents, mended.civil_year, mended.corrected_on) == (1200, 2024, TODAY)
    assert corrections.correct(mended, code=TYPING, changes={"amount_cents": 1200}, on=TODAY) == []


def test_a_grant_is_never_less_than_what_was_paid_of_it_nor_for_a_later_year() -> None:
    paid = a_grant((FIRST, 600, MARCH))
    assert refusal(corrections.correct, paid, code=TYPING, changes={"amount_cents": 599}, on=TODAY) == "more_than_awarded"
    assert corrections.correct(paid, code=TYPING, changes={"amount_cents": 600}, on=TODAY)
    assert refusal(corrections.correct, paid, code=TYPING, changes={"civil_year": 2026}, on=TODAY) == "before_civil_year"


def test_a_grant_that_was_not_awarded_is_voided_once_its_payments_are() -> None:
    paid = a_grant((FIRST, 600, MARCH))
    assert refusal(corrections.void, paid, code=TYPING, on=TODAY) == "payments_stand"
    unpaid = after(paid, corrections.void_payment(paid, payment_id=FIRST, code=TYPING, on=TODAY))
    events = corrections.void(unpaid, code=TYPING, on=TODAY)
    assert events == [GrantCorrected(**OF, **REPLACED, voided=True)]
    void = after(unpaid, events)
    assert corrections.void(void, code=TYPING, on=TODAY) == []
    assert refusal(decisions.pay, void, payment_id=SECOND, amount_cents=1, on=JUNE) == "voided"
    assert refusal(corrections.correct, void, code=TYPING, changes={"amount_cents": 5}, on=TODAY) == "voided"


def test_a_payment_is_corrected_by_saying_what_it_replaces() -> None:
    paid = a_grant((FIRST, 600, MARCH), (SECOND, 300, JUNE))
    command: dict[str, Any] = {"payment_id": FIRST, "code": TYPING, "paid_on": None, "on": TODAY}
    events = corrections.correct_payment(paid, amount_cents=700, **command)
    replaced: dict[str, Any] = {"payment_id": FIRST, "replaces_amount_cents": 600, "replaces_on": MARCH}
    assert events == [PaymentCorrected(**OF, **replaced, amount_cents=700, happened_on=MARCH)]
    assert after(paid, events).paid_cents == 1000
    assert refusal(corrections.correct_payment, paid, amount_cents=701, **command) == "more_than_awarded"
    assert corrections.correct_payment(paid, amount_cents=600, **command) == []
    early = {**command, "paid_on": date(2024, 12, 31)}
    assert refusal(corrections.correct_payment, paid, amount_cents=600, **early) == "before_civil_year"
    before = {**command, "on": MARCH - timedelta(days=1)}
    assert refusal(corrections.correct_payment, paid, amount_cents=600 - 1, **before) == "before_previous_step"
    after_it = {**command, "paid_on": JUNE, "on": JUNE - timedelta(days=1)}
    assert refusal(corrections.correct_payment, paid, amount_cents=600, **after_it) == "before_previous_step"
    assert refusal(corrections.void_payment, paid, payment_id=FIRST, code=TYPING, on=before["on"]) == "before_previous_step"
    with pytest.raises(NotFound):
        corrections.void_payment(paid, payment_id=UUID(int=9), code=TYPING, on=TODAY)


def test_a_voided_payment_makes_room_for_the_right_one() -> None:
    paid = a_grant((FIRST, 1000, MARCH))
    void = after(paid, corrections.void_payment(paid, payment_id=FIRST, code=TYPING, on=TODAY))
    assert corrections.void_payment(void, payment_id=FIRST, code=TYPING, on=TODAY) == []
    command: dict[str, Any] = {"payment_id": FIRST, "code": TYPING, "amount_cents": 5, "paid_on": None, "on": TODAY}
    assert refusal(corrections.correct_payment, void, **command) == "voided"
    assert after(void, decisions.pay(void, payment_id=SECOND, amount_cents=1000, on=MARCH)).paid_cents == 1000


def test_a_payment_posted_twice_is_refused_unless_it_is_a_distinct_one() -> None:
    paid = a_grant((FIRST, 100, MARCH))
    assert refusal(decisions.pay, paid, payment_id=SECOND, amount_cents=100, on=MARCH) == "already_paid"
    assert decisions.pay(paid, payment_id=FIRST, amount_cents=100, on=MARCH) == []
    assert decisions.pay(paid, payment_id=SECOND, amount_cents=100, on=JUNE)
    assert decisions.pay(paid, payment_id=SECOND, amount_cents=100, on=MARCH, distinct=True)


def test_nothing_is_paid_before_the_year_that_it_is_for() -> None:
    assert refusal(decisions.pay, a_grant(), payment_id=FIRST, amount_cents=1, on=date(2024, 12, 31)) == "before_civil_year"
    assert decisions.pay(a_grant(), payment_id=FIRST, amount_cents=1, on=date(2026, 2, 1))


def tried(grant: Grant, move: str, rank: int, cents: int) -> Sequence[GrantEvent]:
    """What a move tells, or nothing where it is refused."""
    payment_id, day = UUID(int=10 + rank), date(2025, 2, 1 + rank)
    said: dict[str, Any] = {"code": TYPING, "on": TODAY}
    command: dict[str, Any] = {"payment_id": payment_id, "amount_cents": cents}
    moves: dict[str, Any] = {
        "pay": partial(decisions.pay, grant, **command, on=day),
        "correct": partial(corrections.correct_payment, grant, **command, paid_on=None, **said),
        "void": partial(corrections.void_payment, grant, payment_id=payment_id, **said),
        "amount": partial(corrections.correct, grant, changes={"amount_cents": cents}, **said),
    }
    try:
        events: Sequence[GrantEvent] = moves[move]()
    except Problem:
        return []
    return events


MOVES = st.tuples(st.sampled_from(["pay", "correct", "void", "amount"]), st.integers(0, 3), st.integers(1, 1200))


@given(st.lists(MOVES, max_size=25))
def test_never_more_is_paid_than_was_promised(moves: list[tuple[str, int, int]]) -> None:
    grant = a_grant()
    for move in moves:
        grant = after(grant, tried(grant, *move))
        assert grant.paid_cents <= grant.amount_cents
