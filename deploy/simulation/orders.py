"""The orders of the simulation: each with its steps and their days, drawn from the seed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from deploy.simulation.dates import ENDS, FIRST
from deploy.simulation.region import Region
from shared.events.production import CancellationCode

PER_PUPIL = 0.5
"""Orders for each young person referred."""


@dataclass(frozen=True)
class PlannedOrder:
    """An order as it will go: each step and its day; the last one may be a cancellation."""

    number: int
    school: str
    client: int
    title: str
    steps: Sequence[tuple[str, date, Mapping[str, Any]]]


def planned_orders(region: Region, *, pupils: int, seed: int) -> list[PlannedOrder]:
    """The orders of all the years; about one in eight cancelled, one in five late."""
    number = max(len(region.schools), round(pupils * PER_PUPIL))
    return [_planned(region, Random(f"{seed}:order:{rank}"), rank) for rank in range(number)]


def _planned(region: Region, chance: Random, number: int) -> PlannedOrder:
    school = region.schools[number % len(region.schools)].id
    begins = date(FIRST, 9, 10)
    day = begins + timedelta(days=chance.randint(0, (ENDS - begins).days))
    amount, promised = chance.randint(80, 9_000) * 100, chance.randint(15, 45)
    late = chance.random() < 0.2
    took = promised + chance.randint(1, 20) if late else promised - chance.randint(0, 8)
    quoted, due = day + timedelta(days=2), day + timedelta(days=2 + promised)
    steps: list[tuple[str, date, Mapping[str, Any]]] = [
        ("receive", day, {}),
        ("quote", quoted, {"amount_cents": amount, "due_on": due.isoformat()}),
        ("accept", day + timedelta(days=5), {}),
        ("start", day + timedelta(days=6), {}),
        ("complete", quoted + timedelta(days=took), {}),
        ("deliver", quoted + timedelta(days=took + 1), {}),
        ("invoice", quoted + timedelta(days=took + 4), {}),
    ]
    if chance.random() < 0.12:
        rank = chance.randint(1, 4)
        code = CancellationCode.QUOTE_REFUSED if rank == 2 else chance.choice(list(CancellationCode))
        steps = [*steps[:rank], ("cancel", steps[rank][1], {"code": code})]
    return PlannedOrder(number, school, chance.randrange(len(region.clients)), f"Commande n° {number + 1}", steps)
