"""When what a figure rests on was last mended: written from docs/indicators.md, as its numbers are."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial

from deploy.simulation.expected import Tally
from deploy.simulation.observations import Fact


def corrected_on(tally: Tally, name: str) -> date | None:
    """The last correction of what an indicator rests on; None where nothing was, or it rests on nothing that is."""
    corrected = tally.observations.corrected
    return max((corrected[fact] for fact in RESTS_ON.get(name, _nothing)(tally) if fact in corrected), default=None)


def _nothing(_tally: Tally) -> Iterator[Fact]:
    yield from ()


def _in_scope(tally: Tally) -> Iterator[Fact]:
    """Enrolments of the scope, whatever their cohort."""
    yield from (one.id for one in tally.enrolments)


def _referred(tally: Tally) -> Iterator[Fact]:
    yield from (one.id for one in tally.referrals)
    yield from _in_scope(tally)


def _counted(tally: Tally) -> Iterator[Fact]:
    """Enrolments of the people counted."""
    yield from (one.id for person in tally.people for one in person.enrolments)


def _examined(tally: Tally) -> Iterator[Fact]:
    yield from _counted(tally)
    yield from (exam for person in tally.people for one in person.enrolments for exam in one.exams)


def _declared(tally: Tally, *, horizon: int) -> Iterator[Fact]:
    """And what anybody said of the last of them at a horizon."""
    yield from _counted(tally)
    yield from ((person.last.id, horizon) for person in tally.people)


def _ordered(tally: Tally) -> Iterator[Fact]:
    yield from (one.id for one in tally.orders)


def _paid(tally: Tally) -> Iterator[Fact]:
    """Money of the scope, and the enrolments that it paid for."""
    yield from _in_scope(tally)
    holders = tally.observations.holders.items()
    yield from (grant for grant, holder in holders if tally.scope in ("network", f"school:{holder}"))


RESTS_ON: dict[str, Callable[[Tally], Iterator[Fact]]] = {
    "raccrochage": _referred,
    "occupancy": _in_scope,
    "interruption": _counted,
    "diploma_success": _examined,
    "orders": _ordered,
    "cost": _paid,
    **dict.fromkeys(("further_studies", "insertion_finishers", "insertion_entrants"), partial(_declared, horizon=6)),
    **{f"employment_{horizon}": partial(_declared, horizon=horizon) for horizon in (6, 12, 18, 24)},
}
