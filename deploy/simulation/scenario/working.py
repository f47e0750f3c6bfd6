"""Orders of real clients from receipt to invoice, and the hours of pupils' weeks."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from operator import itemgetter
from random import Random
from time import monotonic
from typing import Any
from uuid import UUID

from deploy.local.errors import CannotRun
from deploy.simulation.observations import Enrolment, Order, Week
from deploy.simulation.orders import PlannedOrder
from deploy.simulation.state import Simulation, gather, head
from shared.events.production import in_hours
from shared.kernel.calendar import week_of
from shared.web.pages.french import several

TIMEOUT = 120.0
"""Seconds that production has to know who has just come."""
POLL_SECONDS = 0.2


async def work(simulation: Simulation) -> None:
    """Whatever has happened to the orders since the last time; invoices last, in the order of their days."""
    await gather(_go_on(simulation, planned) for planned in simulation.planned_orders)
    await gather(_invoice(simulation, school.id) for school in simulation.region.schools)


async def log_week(simulation: Simulation) -> str | None:
    """Each workshop states the week of its pupils, about two thirds of it production."""
    week = week_of(simulation.today)
    by_school: dict[str, list[Enrolment]] = {}
    for one in simulation.pupils("present"):
        by_school.setdefault(one.school, []).append(one)
    await gather(_log(simulation, school, week, pupils) for school, pupils in by_school.items())
    pupils = several(sum(map(len, by_school.values())), "élève", "élèves")
    return f"semaine {week} : les heures de {pupils}" if by_school else None


async def _go_on(simulation: Simulation, planned: PlannedOrder) -> None:
    for rank, (verb, on, body) in enumerate(planned.steps):
        if verb != "invoice" and on <= simulation.today and rank >= simulation.worked[planned.number]:
            await _step(simulation, planned, verb, {**body, "on": on.isoformat()})
            simulation.worked[planned.number] = rank + 1


async def _invoice(simulation: Simulation, school: str) -> None:
    """A school's series is numbered in the order of the days."""
    delivered = [
        planned
        for planned in simulation.planned_orders
        if planned.school == school and simulation.worked[planned.number] == len(planned.steps) - 1
    ]
    lasts = [(*planned.steps[-1][:2], planned) for planned in delivered]
    due = [(on, planned.number, planned) for verb, on, planned in lasts if verb == "invoice" and on <= simulation.today]
    for on, _, planned in sorted(due, key=itemgetter(0, 1)):
        await _step(simulation, planned, "invoice", {"on": on.isoformat()})
        simulation.worked[planned.number] += 1


async def _step(simulation: Simulation, planned: PlannedOrder, verb: str, body: Mapping[str, Any]) -> None:
    scope, on = head(planned.school), date.fromisoformat(body["on"])
    if verb == "receive":
        receipt = {**body, "client_id": str(await _client(simulation, planned)), "title": planned.title}
        view = await simulation.api.create(scope, "production", "/orders", receipt, key=f"order-{planned.number}")
        simulation.orders[planned.number] = Order(UUID(view["order_id"]), planned.school)
        simulation.observations.orders[simulation.orders[planned.number].id] = simulation.orders[planned.number]
        return
    order = simulation.orders[planned.number]
    view = await simulation.api.decide(scope, "production", f"/orders/{order.id}/{verb}", body, shown_at=f"/orders/{order.id}")
    order.due_on = date.fromisoformat(view["due_on"]) if view["due_on"] else None
    order.accepted = order.accepted or verb == "accept"
    order.completed_on = on if verb == "complete" else order.completed_on
    order.cancelled = order.cancelled or verb == "cancel"
    order.invoiced_cents = view["amount_cents"] if verb == "invoice" else order.invoiced_cents


async def _client(simulation: Simulation, planned: PlannedOrder) -> UUID:
    """Who orders. A school keeps a client anew where it let go of one who had ordered nothing for years."""
    client = simulation.region.clients[planned.client]
    body, key = {"name": client.name, "kind": client.kind}, f"client-{planned.client}"
    view = await simulation.api.create(head(planned.school), "production", "/clients", body, key=key)
    return UUID(view["client_id"])


async def _log(simulation: Simulation, school: str, week: str, pupils: list[Enrolment]) -> None:
    orders = [
        one for one in simulation.observations.orders.values() if one.school == school and one.accepted and not one.completed_on
    ]
    open_orders = sorted(one.id for one in orders if not one.cancelled)
    body = {"pupils": [_worked(simulation, one, week, open_orders) for one in pupils]}
    deadline = monotonic() + TIMEOUT
    while refused := (await simulation.api.put(head(school), "production", f"/weeks/{week}", body))["refused"]:
        if monotonic() > deadline:
            raise CannotRun(f"Semaine {week} de {school}, refusée : {refused[0]['detail']}")
        await asyncio.sleep(POLL_SECONDS)
    await look_at_week(simulation, school, week)


async def look_at_week(simulation: Simulation, school: str, week: str) -> None:
    """A school reads the hours of a week."""
    view = await simulation.api.get(head(school), "production", f"/weeks/{week}")
    for row in view["pupils"]:
        if row["hours"] is not None:
            minutes = {kind: round(hours * 60) for kind, hours in row["hours"].items()}
            logged = Week(school, row["programme"]["id"], UUID(row["enrolment_id"]), minutes)
            simulation.observations.weeks[school, week, UUID(row["young_id"])] = logged


def _worked(simulation: Simulation, pupil: Enrolment, week: str, orders: Sequence[UUID]) -> dict[str, Any]:
    chance = Random(f"{simulation.seed}:{week}:{simulation.journey(pupil.young_id, pupil.entry).person.number}")
    away = chance.choice((0, 0, 0, 0, 0, 420, 840))
    left = 35 * 60 - away
    production = round(left * chance.uniform(0.55, 0.75))
    practice = round(left * chance.uniform(0.02, 0.1))
    placement = 210 if chance.random() < 0.05 else 0
    minutes = {
        "production": production, "practice": practice, "placement": placement,
        "teaching": left - production - practice - placement,
        chance.choice(("absence_justified", "absence_unjustified")): away,
    }  # fmt: skip
    rank = chance.random()
    some = [orders[int(rank * len(orders))]] if orders else []
    return {
        "young_id": str(pupil.young_id),
        "hours": {kind: in_hours(worked) for kind, worked in minutes.items()},
        "on_orders": [{"order_id": str(id), "hours": in_hours(production // 2)} for id in some],
    }
