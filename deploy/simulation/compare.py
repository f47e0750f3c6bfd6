"""Whether the Région's indicators are the tally's: every one, in every scope, unmasked."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isclose
from time import monotonic
from typing import Any

from rich.console import Console
from rich.table import Table

from deploy.local.progress import say
from deploy.simulation.dates import CAMPAIGNS, school_year
from deploy.simulation.expected import Tally
from deploy.simulation.expected_figures import Figure, figures, shown, value
from deploy.simulation.scenario.ending import read_answers
from deploy.simulation.state import Simulation, gather
from shared.events.referral import AgencyKind

TIMEOUT = 60.0
"""Seconds that the services have to hear what was still on its way."""
Reading = tuple[str, str | None]
"""A scope, and a cohort or all."""


@dataclass(frozen=True)
class Difference:
    scope: str
    indicator: str
    field: str
    ours: object
    theirs: object


async def compare(simulation: Simulation) -> bool:
    """Compare until nothing differs, for as long as the services may still be hearing. What differs in the end is printed."""
    deadline = monotonic() + TIMEOUT
    while True:
        await read_answers(simulation)
        differences, count = await _compared(simulation)
        if not differences:
            say(f"Le décompte du simulateur égale les {count} indicateurs.")
            return True
        if monotonic() > deadline:
            _show(differences, count)
            return False
        await asyncio.sleep(1)


def readings(simulation: Simulation) -> list[Reading]:
    """The network, each school, programme and kind of agency; and each cohort of the network."""
    scopes = [
        "network",
        *(f"school:{one.id}" for one in simulation.region.schools),
        *(f"programme:{one.id}" for one in simulation.region.programmes),
        *(f"agency_kind:{kind}" for kind in AgencyKind),
    ]
    return [*((scope, None) for scope in scopes), *(("network", school_year(entry)) for entry in CAMPAIGNS)]


async def _compared(simulation: Simulation) -> tuple[list[Difference], int]:
    wanted = readings(simulation)
    answers = await gather(_read(simulation, reading) for reading in wanted)
    found: list[Difference] = []
    for (scope, cohort), answer in zip(wanted, answers, strict=True):
        ours = figures(Tally(simulation.observations, simulation.region, simulation.today, scope, cohort))
        where = f"{scope} {cohort}" if cohort else scope
        found += differences(where, ours, {one["name"]: one for one in answer["indicators"]})
    return found, sum(len(answer["indicators"]) for answer in answers)


def differences(scope: str, ours: Mapping[str, Figure], theirs: Mapping[str, Mapping[str, Any]]) -> Iterator[Difference]:
    """Field by field; an indicator that only one of the two knows is a difference too."""
    for name in sorted(ours.keys() | theirs.keys()):
        if name not in ours or name not in theirs:
            yield Difference(scope, name, "", "connu" if name in ours else "inconnu", "connu" if name in theirs else "inconnu")
            continue
        mine, read = _fields(name, ours[name]), _shown(theirs[name])
        for field in sorted(mine.keys() | read.keys()):
            one, other = mine.get(field), read.get(field)
            if not _same(one, other):
                yield Difference(scope, name, field, one, other)


def _fields(name: str, figure: Figure) -> dict[str, object]:
    ratio = value(name, figure.numerator, figure.denominator)
    return {
        "numerator": shown(name, figure.numerator), "denominator": shown(name, figure.denominator),
        "unknown": figure.unknown, "masked": False,
        "corrected_on": figure.corrected_on.isoformat() if figure.corrected_on else None,
        "value": ratio, "low": ratio, "high": value(name, figure.numerator + figure.unknown, figure.denominator),
        **{f"parts.{part}": observed for part, observed in figure.parts.items()},
    }  # fmt: skip


def _shown(indicator: Mapping[str, Any]) -> dict[str, object]:
    fields = ("numerator", "denominator", "unknown", "masked", "corrected_on", "value", "low", "high")
    return {
        **{name: indicator[name] for name in fields},
        **{f"parts.{part}": observed for part, observed in indicator["parts"].items()},
    }


def _same(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, int | float):
        return isclose(one, other, abs_tol=1e-6)
    return one == other


async def _read(simulation: Simulation, reading: Reading) -> Any:
    scope, cohort = reading
    query = {"scope": scope, **({"cohort": cohort} if cohort else {})}
    return await simulation.api.get("admin", "reporting", "/indicators", **query)


def _show(found: list[Difference], count: int) -> None:
    table = Table(
        "périmètre", "indicateur", "champ", "simulateur", "rapport", title=f"{len(found)} écarts sur {count} indicateurs"
    )
    for one in found:
        table.add_row(one.scope, one.indicator, one.field, str(one.ours), str(one.theirs))
    Console(stderr=True).print(table)
