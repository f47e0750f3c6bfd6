"""Turnover, orders on time and cost after a correction; what was known before it does not move."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from deploy.bench.publisher import Published, Publisher, an_id
from services.reporting.projections.grants import GrantRow, PaymentRow
from services.reporting.projections.orders import OrderRow
from services.reporting.tables import Tables
from shared.events.catalogue import GrantAwarded, GrantPaid, GrantPurpose
from shared.events.corrections import CorrectionCode
from shared.events.grant_corrections import GrantCorrected, PaymentCorrected
from shared.events.order_corrections import OrderCredited, OrderStep, OrderStepCorrected
from shared.events.production import (
    CancellationCode,
    ClientKind,
    OrderCancelled,
    OrderCompleted,
    OrderInvoiced,
    OrderQuoted,
    OrderReceived,
)
from tests.reporting.builders import DOLE, an_enrolment, figure_of
from tests.reporting.drivers import rows_of

JANUARY, FEBRUARY, MARCH = date(2026, 1, 5), date(2026, 2, 2), date(2026, 3, 2)
GRANT, PAYMENT, ORDER = an_id("grant"), an_id("payment"), an_id("order")
MENDED: dict[str, Any] = {"on": MARCH, "code": CorrectionCode.TYPING}
IN_JANUARY, NOW = Publisher.noon(JANUARY), Publisher.noon(MARCH)


def tables(messages: Iterable[Published], at: datetime) -> Tables:
    """What is known of money and orders at an instant, by messages told in any order between sources."""
    stored = rows_of(messages)

    def known(of: Any) -> list[Any]:
        return [row for one in stored[of.projection.name].values() if (row := of.as_known(one, at))]

    there = [an_enrolment(started_on="2024-12-01")]
    return Tables(
        day=at.date(), schools=[DOLE], orders=known(OrderRow), grants=known(GrantRow), payments=known(PaymentRow),
        enrolments=there,
    )  # fmt: skip


def an_order(*events: Any) -> list[Published]:
    publisher = Publisher()
    for event in (
        OrderReceived(**WHICH, on=JANUARY, client_id=an_id("client"), client_kind=ClientKind.COMPANY),
        OrderQuoted(**WHICH, on=JANUARY, amount_cents=1000, due_on=JANUARY),
        *events,
    ):
        publisher.publish(f"/production/orders/{ORDER}", event)
    return publisher.messages


WHICH: dict[str, Any] = {"order_id": ORDER, "school": "dole"}
INVOICED = OrderInvoiced(**WHICH, on=JANUARY, amount_cents=1000, number="2026-0001")
CREDITED = OrderCredited(
    **WHICH, **MENDED, credit_id=an_id("credit"), number="2026-0002", invoice="2026-0001", amount_cents=1000, left_cents=0
)


def turnover(messages: Iterable[Published], at: datetime = NOW) -> Any:
    return figure_of("orders", tables(messages, at)).parts["turnover_cents"]


def test_turnover_is_what_was_invoiced_less_what_was_credited() -> None:
    part = CREDITED.model_copy(update={"amount_cents": 300, "left_cents": 700})
    again = OrderInvoiced(**WHICH, on=MARCH, amount_cents=1000, number="2026-0003")
    assert [turnover(an_order(*told)) for told in ((INVOICED,), (INVOICED, CREDITED), (INVOICED, part))] == [1000, 0, 700]
    assert turnover(an_order(INVOICED, CREDITED, again)) == 1000
    assert turnover(an_order(INVOICED, CREDITED, again), IN_JANUARY) == 1000
    assert turnover(an_order(INVOICED, CREDITED), IN_JANUARY) == 1000


def test_an_order_completed_on_another_day_is_on_time_or_late_from_then_on() -> None:
    done = OrderCompleted(**WHICH, on=JANUARY)
    late = OrderStepCorrected(**WHICH, **MENDED, step=OrderStep.COMPLETED, replaces_on=JANUARY, happened_on=FEBRUARY)
    none = OrderStepCorrected(**WHICH, **MENDED, step=OrderStep.COMPLETED, replaces_on=JANUARY, voided=True)
    for told, now in ((late, (0, 1)), (none, (0, 0))):
        before, after = (figure_of("orders", tables(an_order(done, told), at)) for at in (IN_JANUARY, NOW))
        assert (before.numerator, before.denominator) == (1, 1)
        assert (after.numerator, after.denominator) == now


def test_a_cancellation_that_was_undone_counts_no_more() -> None:
    cancelled = OrderCancelled(**WHICH, on=JANUARY, code=CancellationCode.CLIENT)
    undone = OrderStepCorrected(**WHICH, **MENDED, step=OrderStep.CANCELLED, replaces_on=JANUARY, voided=True)
    known = [figure_of("orders", tables(an_order(cancelled, undone), at)).parts["cancelled"] for at in (IN_JANUARY, NOW)]
    assert known == [1, 0]


def public_money(*events: Any) -> list[Published]:
    publisher = Publisher()
    awarded = GrantAwarded(
        on=JANUARY, grant_id=GRANT, holder="dole", amount_cents=900, purpose=GrantPurpose.OPERATING, civil_year=2025,
        funder="region-bfc",
    )  # fmt: skip
    paid = GrantPaid(on=date(2025, 12, 1), grant_id=GRANT, holder="dole", amount_cents=600, payment_id=PAYMENT)
    for event in (awarded, paid, *events):
        publisher.publish(f"/enrolment/grants/{GRANT}", event, JANUARY if event in (awarded, paid) else None)
    return publisher.messages


OF_GRANT: dict[str, Any] = {**MENDED, "grant_id": GRANT, "holder": "dole"}
OF_PAYMENT: dict[str, Any] = {**OF_GRANT, "payment_id": PAYMENT, "replaces_amount_cents": 600, "replaces_on": date(2025, 12, 1)}


def test_cost_follows_corrected_payments_and_grants_and_what_was_known_before_does_not_move() -> None:
    amount = PaymentCorrected(**OF_PAYMENT, amount_cents=60, happened_on=date(2025, 12, 1))
    year = PaymentCorrected(**OF_PAYMENT, amount_cents=600, happened_on=date(2026, 1, 2))
    none = PaymentCorrected(**OF_PAYMENT, voided=True)
    funder = GrantCorrected(
        **OF_GRANT, replaces_amount_cents=900, replaces_purpose=GrantPurpose.OPERATING, replaces_civil_year=2025,
        replaces_funder="region-bfc", amount_cents=900, purpose=GrantPurpose.OPERATING, civil_year=2025, funder="etat",
    )  # fmt: skip
    for told, now in ((amount, (60, 2025)), (year, (600, 2026)), (none, (0, 2026)), (funder, (0, 2026))):
        messages = public_money(told)
        before, after = (figure_of("cost", tables(messages, at)) for at in (IN_JANUARY, NOW))
        assert (before.numerator, before.parts["civil_year"]) == (600, 2025)
        assert (after.numerator, after.parts["civil_year"]) == now
        rows: list[Any] = [*tables(messages, IN_JANUARY).grants, *tables(messages, IN_JANUARY).payments]
        assert {row.corrected_on for row in rows} == {None, MARCH}
