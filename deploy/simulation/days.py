"""A day of the simulation and the step that is taken on it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date

from deploy.simulation.state import Simulation


@dataclass(frozen=True)
class Day:
    on: date
    name: str
    """What happens and when, for whoever follows: `refer 2021-02`."""
    step: Callable[[Simulation], Awaitable[str | None]]
    """What it did, in a sentence, where it is worth one."""


def day(on: date, name: str, step: Callable[..., Awaitable[str | None]], *args: int | date) -> Day:
    """A step of a day, with what it is told."""
    return Day(on, f"{name} {on:%Y-%m}", lambda simulation: step(simulation, *args))
