"""What people mend after a mistake in the workshop's office and at the Région: credit notes, days of orders, payments."""

from datetime import date
from typing import Any
from uuid import UUID

from deploy.simulation.observations import Order, Payment
from deploy.simulation.state import Simulation, head

WHY = {"code": "typing"}


async def credit(simulation: Simulation, order: Order, *, cents: int | None = None) -> None:
    """A credit note of today for an order's invoice, whole unless an amount is said."""
    body: dict[str, Any] = {**WHY, "on": simulation.today.isoformat()} | ({"amount_cents": cents} if cents else {})
    key = f"credit-{order.id}-{order.credited_cents}"
    view = await simulation.api.create(head(order.school), "production", f"/orders/{order.id}/credit", body, key=key)
    order.credited_cents = sum(note["amount_cents"] for note in view["credit_notes"])


async def invoice_again(simulation: Simulation, order: Order, *, cents: int) -> None:
    """An invoice of today for another amount, after a credit note for the whole of the first."""
    path, body = f"/orders/{order.id}", {"amount_cents": cents, "on": simulation.today.isoformat()}
    await simulation.api.decide(head(order.school), "production", f"{path}/invoice", body, shown_at=path)
    order.invoiced_cents += cents


async def correct_completion(simulation: Simulation, order: Order, day: date) -> None:
    """The work was done on another day than was said."""
    path, body = f"/orders/{order.id}", {**WHY, "step": "completed", "happened_on": day.isoformat()}
    await simulation.api.decide(head(order.school), "production", f"{path}/corrections", body, shown_at=path)
    order.completed_on = day


async def undo_cancellation(simulation: Simulation, order: Order) -> None:
    """It was cancelled by mistake."""
    path, body = f"/orders/{order.id}", {**WHY, "step": "cancelled", "voided": True}
    await simulation.api.decide(head(order.school), "production", f"{path}/corrections", body, shown_at=path)
    order.cancelled = False


async def correct_payment(simulation: Simulation, grant_id: UUID, paid_on: date, *, cents: int) -> None:
    """Another amount was paid that day; none where it is 0."""
    payments = simulation.observations.payments
    paid = payments[grant_id, paid_on]
    path = f"/grants/{grant_id}/payments/{paid.payment_id}/corrections"
    body: dict[str, Any] = {**WHY, "amount_cents": cents} if cents else {**WHY, "voided": True}
    await simulation.api.decide("region", "enrolment", path, body)
    if cents:
        payments[grant_id, paid_on] = Payment(paid.holder, paid.purpose, cents, paid_on, paid.payment_id)
    else:
        del payments[grant_id, paid_on]
