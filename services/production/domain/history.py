"""From what was told of an enrolment to what held on each day: since when which programme, from when to when away."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import BaseModel, ConfigDict

from services.production.domain.told import Fact, PupilRow, Told
from shared.events.students import EnrolmentStatus
from shared.kernel.identifiers import Slug

STATUS_AFTER = {
    Fact.ENROLLED: EnrolmentStatus.DUE,
    Fact.STARTED: EnrolmentStatus.PRESENT,
    Fact.DID_NOT_START: EnrolmentStatus.DID_NOT_START,
    Fact.GAVE_UP: EnrolmentStatus.GAVE_UP,
    Fact.INTERRUPTED: EnrolmentStatus.INTERRUPTED,
    Fact.RESUMED: EnrolmentStatus.PRESENT,
    Fact.COMPLETED: EnrolmentStatus.COMPLETED,
}


class Taught(BaseModel):
    """A programme, from a day on."""

    model_config = ConfigDict(frozen=True)
    since: date
    programme: Slug


class Away(BaseModel):
    """Gone since a day, and there again from another, if they came back."""

    model_config = ConfigDict(frozen=True)
    since: date
    until: date | None = None


@dataclass(frozen=True)
class History:
    """What held when. `whole` is false where it is made of a row of before, which knew the last programme alone."""

    starts_on: date
    status: EnrolmentStatus
    programmes: tuple[Taught, ...]
    aways: tuple[Away, ...]
    whole: bool

    @property
    def left_on(self) -> date | None:
        """The day on which they left, if they did not come back."""
        last = self.aways[-1] if self.aways else None
        return last.since if last and last.until is None else None


def history_of(row: PupilRow) -> History | None:
    """The history of an enrolment; None while the enrolment itself was not heard of."""
    facts = _standing(row.facts)
    first = next((fact for fact in facts if fact.fact is Fact.ENROLLED), None)
    if first is None:
        return None
    return History(
        starts_on=_start(facts), status=_status(facts), programmes=_programmes(facts, first),
        aways=_aways(facts), whole=first.sequence > 0,
    )  # fmt: skip


def _standing(told: Iterable[Told]) -> list[Told]:
    """What holds once corrected. Of two of a kind on one day, the last is meant; a row of before does not know each day."""
    facts: list[Told] = []
    for fact in told:
        if fact.replaces_on is None:
            facts.append(fact)
            continue
        same = [rank for rank, one in enumerate(facts) if _is_meant(one, fact)]
        if same:
            facts[same[-1] : same[-1] + 1] = [] if fact.voided else [fact]
        elif not fact.voided or fact.fact is Fact.MOVED:
            facts.append(fact)
    return facts


def _is_meant(one: Told, by: Told) -> bool:
    return one.fact is by.fact and (one.on == by.replaces_on or one.sequence == 0)


def _start(facts: Sequence[Told]) -> date:
    """The day they came; until that is told, the one on which they are due, never before it was said."""
    came = [fact.on for fact in facts if fact.fact is Fact.STARTED]
    return came[-1] if came else [_due(fact) for fact in facts if fact.starts_on][-1]


def _due(fact: Told) -> date:
    return max(fact.starts_on or fact.on, fact.on)


def _status(facts: Iterable[Told]) -> EnrolmentStatus:
    return [STATUS_AFTER[fact.fact] for fact in facts if fact.fact in STATUS_AFTER][-1]


def _programmes(facts: Iterable[Told], first: Told) -> tuple[Taught, ...]:
    """The first one for as long as no other is said; of two on one day, the one told last."""
    moves = [Taught(since=_begins(fact), programme=fact.programme) for fact in facts if fact.fact is Fact.MOVED]
    return (Taught(since=_due(first), programme=first.programme), *sorted(moves, key=lambda taught: taught.since))


def _begins(move: Told) -> date:
    """A move holds from its day on; one to the following school year, from that year's first of August."""
    if move.starts_on:
        return _due(move)
    year_begins = date(int(move.school_year[:4]), 8, 1) if move.school_year else move.on
    return max(move.on, year_begins)


def _aways(facts: Iterable[Told]) -> tuple[Away, ...]:
    aways: list[Away] = []
    for fact in facts:
        if fact.fact in (Fact.INTERRUPTED, Fact.COMPLETED):
            aways.append(Away(since=fact.on))
        elif fact.fact is Fact.RESUMED:
            aways = [away if away.until else away.model_copy(update={"until": fact.on}) for away in aways]
    return tuple(aways)
