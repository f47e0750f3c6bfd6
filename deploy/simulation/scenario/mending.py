"""What people mend after a mistake in the workshop's office and at the Région: credit notes, days of orders, payments."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from deploy.simulation.observations import Order, Payment
from deploy.simulation.scenario import opening
from deploy.simulation.state import Simulation, head, refused
from shared.web.pages.french import several

WHY = {"code": "typing"}


async def mend_orders(simulation: Simulation) -> str | None:
    """An invoice credited and made again, a part of another credited, a day said otherwise, a cancellation taken back."""
    known = [simulation.orders[number] for number in sorted(simulation.orders)]
    invoiced = [one for one in known if one.invoiced_cents]
    for order in invoiced[:1]:
        await credit(simulation, order)
        await invoice_again(simulation, order, cents=order.invoiced_cents - 1_000)
    for order in invoiced[1:2]:
        await credit(simulation, order, cents=500)
    for order in invoiced[2:3]:
        assert order.completed_on
        await correct_completion(simulation, order, order.completed_on + timedelta(days=1))
    cancelled = [one for one in known if one.cancelled][:1]
    for order in cancelled:
        await undo_cancellation(simulation, order)
    mended = len(invoiced[:3]) + len(cancelled)
    return f"{simulation.month} : {several(mended, 'commande corrigée', 'commandes corrigées')}" if mended else None


async def mend_grants(simulation: Simulation) -> str | None:
    """A grant of this year posted again is refused; its amount, and those of two payments, were mistyped."""
    grants = simulation.region.grants
    mine = [rank for rank, grant in enumerate(grants) if grant.civil_year == simulation.today.year]
    for rank in mine:
        grant, id = grants[rank], simulation.grants[rank]
        cents = grant.amount_euros * 100
        body = opening.promised(simulation, grant)
        await refused(simulation.api.create("region", "enrolment", "/grants", body, key=f"again-{rank}"), "already_awarded")
        await correct_grant(simulation, id, cents=cents + 100_000)
        first, *others = sorted(on for of, on in simulation.observations.payments if of == id)
        await correct_payment(simulation, id, first, cents=cents // 4)
        for on in others[:1]:
            await correct_payment(simulation, id, on, cents=0)
    return f"{simulation.month} : {several(len(mine), 'subvention corrigée', 'subventions corrigées')}" if mine else None


async def credit(simulation: Simulation, order: Order, *, cents: int | None = None) -> None:
    """A credit note of today for an order's invoice, whole unless an amount is said."""
    body: dict[str, Any] = {**WHY, "on": simulation.today.isoformat()} | ({"amount_cents": cents} if cents else {})
    key = f"credit-{order.id}-{order.credited_cents}"
    view = await simulation.api.create(head(order.school), "production", f"/orders/{order.id}/credit", body, key=key)
    simulation.observations.corrected[order.id] = simulation.today
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
    simulation.observations.corrected[order.id] = simulation.today


async def undo_cancellation(simulation: Simulation, order: Order) -> None:
    """It was cancelled by mistake."""
    path, body = f"/orders/{order.id}", {**WHY, "step": "cancelled", "voided": True}
    await simulation.api.decide(head(order.school), "production", f"{path}/corrections", body, shown_at=path)
    order.cancelled = False
    simulation.observations.corrected[order.id] = simulation.today


async def correct_grant(simulation: Simulation, grant_id: UUID, *, cents: int) -> None:
    """Another amount was promised."""
    await simulation.api.decide("region", "enrolment", f"/grants/{grant_id}/corrections", {**WHY, "amount_cents": cents})
    simulation.observations.corrected[grant_id] = simulation.today


async def correct_payment(simulation: Simulation, grant_id: UUID, paid_on: date, *, cents: int) -> None:
    """Another amount was paid that day; none where it is 0."""
    payments = simulation.observations.payments
    paid = payments[grant_id, paid_on]
    path = f"/grants/{grant_id}/payments/{paid.payment_id}/corrections"
    body: dict[str, Any] = {**WHY, "amount_cents": cents} if cents else {**WHY, "voided": True}
    await simulation.api.decide("region", "enrolment", path, body)
    simulation.observations.corrected[grant_id] = simulation.today
    if cents:
        payments[grant_id, paid_on] = Payment(paid.holder, paid.purpose, cents, paid_on, paid.payment_id)
    else:
        del payments[grant_id, paid_on]
