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
from deploy.simulation.orders import Job
from deploy.simulation.state import Stage, head, together
from shared.kernel.calendar import week_of
from shared.web.pages.french import several

PATIENCE = 120.0


async def work(stage: Stage) -> None:
    """Whatever has happened to the orders since the last time; invoices last, in the order of their days."""
    await together(_go_on(stage, job) for job in stage.jobs)
    await together(_invoice(stage, school.id) for school in stage.region.schools)


async def log_week(stage: Stage) -> str | None:
    """Each workshop states the week of its pupils, about two thirds of it production."""
    week = week_of(stage.today)
    by_school: dict[str, list[Enrolment]] = {}
    for one in stage.pupils("present"):
        by_school.setdefault(one.school, []).append(one)
    await together(_log(stage, school, week, pupils) for school, pupils in by_school.items())
    pupils = several(sum(map(len, by_school.values())), "élève", "élèves")
    return f"semaine {week} : les heures de {pupils}" if by_school else None


async def _go_on(stage: Stage, job: Job) -> None:
    for rank, (verb, on, body) in enumerate(job.steps):
        if verb != "invoice" and on <= stage.today and rank >= stage.worked[job.number]:
            await _step(stage, job, verb, {**body, "on": on.isoformat()})
            stage.worked[job.number] = rank + 1


async def _invoice(stage: Stage, school: str) -> None:
    """A school's series is numbered in the order of the days."""
    delivered = [job for job in stage.jobs if job.school == school and stage.worked[job.number] == len(job.steps) - 1]
    lasts = [(*job.steps[-1][:2], job) for job in delivered]
    due = [(on, job.number, job) for verb, on, job in lasts if verb == "invoice" and on <= stage.today]
    for on, _, job in sorted(due, key=itemgetter(0, 1)):
        await _step(stage, job, "invoice", {"on": on.isoformat()})
        stage.worked[job.number] += 1


async def _step(stage: Stage, job: Job, verb: str, body: Mapping[str, Any]) -> None:
    who, on = head(job.school), date.fromisoformat(body["on"])
    if verb == "receive":
        asked = {**body, "client_id": str(stage.clients[job.school][job.client]), "title": job.title}
        view = await stage.speaker.create(who, "production", "/orders", asked, key=f"order-{job.number}")
        stage.orders[job.number] = Order(UUID(view["order_id"]), job.school, on)
        stage.record.orders[stage.orders[job.number].id] = stage.orders[job.number]
        return
    order = stage.orders[job.number]
    view = await stage.speaker.decide(who, "production", f"/orders/{order.id}/{verb}", body, shown_at=f"/orders/{order.id}")
    order.due_on = date.fromisoformat(view["due_on"]) if view["due_on"] else None
    order.accepted = order.accepted or verb == "accept"
    order.completed_on = on if verb == "complete" else order.completed_on
    order.cancelled = order.cancelled or verb == "cancel"
    order.invoiced_cents = view["amount_cents"] if verb == "invoice" else order.invoiced_cents


async def _log(stage: Stage, school: str, week: str, pupils: list[Enrolment]) -> None:
    orders = [one for one in stage.record.orders.values() if one.school == school and one.accepted and not one.completed_on]
    open_orders = sorted(one.id for one in orders if not one.cancelled)
    body = {"pupils": [_worked(stage, one, week, open_orders) for one in pupils]}
    deadline = monotonic() + PATIENCE
    while refused := (await stage.speaker.put(head(school), "production", f"/weeks/{week}", body))["refused"]:
        if monotonic() > deadline:
            raise CannotRun(f"Semaine {week} de {school}, refusée : {refused[0]['detail']}")
        await asyncio.sleep(0.2)  # production has not heard yet of who has just come
    view = await stage.speaker.get(head(school), "production", f"/weeks/{week}")
    for row in view["pupils"]:
        if row["minutes"] is not None:
            kept = Week(school, row["programme"], UUID(row["enrolment_id"]), row["minutes"])
            stage.record.weeks[school, week, UUID(row["young_id"])] = kept


def _worked(stage: Stage, pupil: Enrolment, week: str, orders: Sequence[UUID]) -> dict[str, Any]:
    chance = Random(f"{stage.seed}:{week}:{stage.journey(pupil.young_id, pupil.entry).person.number}")
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
        "minutes": minutes,
        "on_orders": [{"order_id": str(id), "minutes": production // 2} for id in some],
    }
