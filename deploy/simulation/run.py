"""The simulation: the region lives from 2021 to 2025 through the public interfaces, then its tally meets the indicators."""

import asyncio
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from time import monotonic

from deploy.local.errors import CannotRun
from deploy.local.progress import progress, say
from deploy.simulation.calendar import calendar
from deploy.simulation.cast import with_cast
from deploy.simulation.client import ServiceClient
from deploy.simulation.compare import compare
from deploy.simulation.dates import BEGINS, ENDS, FIRST
from deploy.simulation.days import Day
from deploy.simulation.listener import listening
from deploy.simulation.orders import planned_orders
from deploy.simulation.people import campaigns
from deploy.simulation.region import load
from deploy.simulation.state import Simulation
from deploy.stacks.addresses import Addresses
from shared.kernel.calendar import PARIS

OnPhase = Callable[[str], None]


def run(addresses: Addresses, private_key: Path, *, pupils: int, seed: int, on_phase: OnPhase = lambda name: None) -> bool:
    """Run on a fresh simulated stack; True if every indicator equals the tally.

    `private_key` is the file that signs tokens. `on_phase` is given the name of each step before it is taken
    (`refer 2021-02`, `start 2022-09`…), then `compare`.
    """
    return asyncio.run(_run(addresses, private_key, pupils, seed, on_phase))


async def _run(addresses: Addresses, private_key: Path, pupils: int, seed: int, on_phase: OnPhase) -> bool:
    region, began = load(), monotonic()
    planned = with_cast(campaigns(region, pupils=pupils, seed=seed))
    async with ServiceClient(addresses.services, private_key) as api, listening(addresses.brokers) as listener:
        await _check_fresh(api)
        simulation = Simulation(
            region, seed, api, listener, planned, planned_orders=planned_orders(region, pupils=pupils, seed=seed)
        )
        say(f"{region.name}, {FIRST}-{ENDS.year} : {pupils} jeunes, graine {seed}. Tout est simulé.")
        days = calendar()
        with progress("La région vit") as advance:
            for count, day in enumerate(days):
                advance(count, len(days))
                on_phase(day.name)
                await _live(simulation, day)
            advance(len(days), len(days))
        say(f"Joué en {monotonic() - began:.0f} s : {api.answered} demandes.")
        on_phase("compare")
        return await compare(simulation)


async def _live(simulation: Simulation, day: Day) -> None:
    if day.on > simulation.today or day.on == BEGINS:
        await simulation.advance(day.on)
    if sentence := await day.step(simulation):
        say(f"  {sentence}")


async def _check_fresh(api: ServiceClient) -> None:
    clock = await api.get("admin", "enrolment", "/admin/clock")
    if not clock["simulated"]:
        raise CannotRun("La démonstration ne se joue que sur une pile simulée : « etabli up --simulated ».")
    stands: date = datetime.fromisoformat(clock["now"]).astimezone(PARIS).date()
    if stands > BEGINS or await api.every("admin", "enrolment", "/schools"):
        raise CannotRun(
            f"Cette pile a déjà vécu, jusqu’au {stands:%d/%m/%Y} : jouez dans un autre dossier, ou rouvrez celui-ci par "
            "« etabli up --simulated »."
        )
