"""One of each event of production, as an order and a week are told."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from deploy.bench.publisher import Publisher, an_id
from shared.events.production import (
    CancellationCode,
    ClientKind,
    Hours,
    OrderAccepted,
    OrderCancelled,
    OrderCompleted,
    OrderDelivered,
    OrderInvoiced,
    OrderQuoted,
    OrderReceived,
    OrderStarted,
    WorkLogged,
)
from tests.reporting import money


def produced(publisher: Publisher, young_id: UUID, enrolment_id: UUID, *, on: date) -> None:
    """An order with every step, corrected; and a week stated twice."""
    order = an_id("order")
    of: dict[str, Any] = {"on": on, "order_id": order, "school": "dole"}
    for event in (
        OrderReceived(client_id=an_id("client"), client_kind=ClientKind.COMPANY, **of),
        OrderQuoted(amount_cents=1000, due_on=on, **of),
        OrderQuoted(amount_cents=1200, due_on=on + timedelta(days=5), **of),
        OrderAccepted(**of),
        OrderStarted(**of),
        OrderCompleted(**of),
        OrderDelivered(**of),
        OrderInvoiced(amount_cents=1200, number="2024-0001", **of),
        OrderCancelled(code=CancellationCode.CLIENT, **of),
    ):
        publisher.publish(f"/production/orders/{order}", event)
    money.order_corrected(publisher, order, school="dole", on=on)
    for production in (600, 900):
        logged = WorkLogged(
            on=on, young_id=young_id, enrolment_id=enrolment_id, school="dole", programme="serrurerie", week="2024-W40",
            minutes=Hours(production=production, teaching=300),
        )  # fmt: skip
        publisher.publish("/production/weeks/dole-2024-W40", logged)
