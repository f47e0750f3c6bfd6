"""What is declared of a pupil, fact by fact; and what follows from those of presence: came or not, left, came back, finished."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from shared.events.corrections import CorrectionCode
from shared.events.students import EnrolmentStatus, InterruptionCode


class Fact(StrEnum):
    """What is declared of a pupil, and can be mended."""

    START = "start"
    NO_SHOW = "no_show"
    GIVING_UP = "giving_up"
    """Told, and taken back by applying anew: no correction."""
    INTERRUPTION = "interruption"
    RETURN = "return"
    COMPLETION = "completion"
    YEAR = "year"
    EXAM = "exam"
    RESULT = "result"
    OUTCOME = "outcome"


PRESENT = EnrolmentStatus.PRESENT
STATUS_AFTER = {
    Fact.START: EnrolmentStatus.PRESENT,
    Fact.NO_SHOW: EnrolmentStatus.DID_NOT_START,
    Fact.GIVING_UP: EnrolmentStatus.GAVE_UP,
    Fact.INTERRUPTION: EnrolmentStatus.INTERRUPTED,
    Fact.RETURN: EnrolmentStatus.PRESENT,
    Fact.COMPLETION: EnrolmentStatus.COMPLETED,
}
"""The facts of presence, of which an enrolment's status is the last."""
MAY_FOLLOW = {
    None: {Fact.START, Fact.NO_SHOW},
    Fact.START: {Fact.INTERRUPTION, Fact.COMPLETION},
    Fact.NO_SHOW: set(),
    Fact.GIVING_UP: set(),
    Fact.INTERRUPTION: {Fact.RETURN},
    Fact.RETURN: {Fact.INTERRUPTION, Fact.COMPLETION},
    Fact.COMPLETION: set(),
}
"""Which facts of presence may come after which; None is before all."""


class Step(BaseModel):
    """A fact of presence as it stands, with the code of an interruption."""

    model_config = ConfigDict(frozen=True)
    fact: Fact
    on: date
    code: InterruptionCode | None = None


class Correction(BaseModel):
    """That a fact was mended, and when: what it said before is in the events."""

    model_config = ConfigDict(frozen=True)
    fact: Fact
    code: CorrectionCode
    replaces_on: date
    happened_on: date | None
    on: date


def standing(enrolled_on: date, steps: Sequence[Step]) -> dict[str, Any]:
    """The fields of an enrolment that its steps alone decide, and the steps themselves."""
    last = steps[-1] if steps else None
    return {
        "steps": tuple(steps),
        "status": STATUS_AFTER[last.fact] if last else EnrolmentStatus.DUE,
        "since": last.on if last else enrolled_on,
        "started_on": next((step.on for step in steps if step.fact is Fact.START), None),
        "left_on": last.on if last and last.fact in (Fact.INTERRUPTION, Fact.COMPLETION) else None,
        "code": last.code if last else None,
    }


def last_of(steps: Sequence[Step], fact: Fact, on: date) -> int | None:
    """The place of the last step of a kind on a day."""
    places = [place for place, step in enumerate(steps) if (step.fact, step.on) == (fact, on)]
    return places[-1] if places else None


def stays(steps: Sequence[Step]) -> list[tuple[date, date]]:
    """From when to when they were present; to the last of days, of who is there still."""
    known: list[tuple[date, date]] = []
    for step in steps:
        if STATUS_AFTER[step.fact] is PRESENT:
            known.append((step.on, date.max))
        elif known:
            known[-1] = (known[-1][0], min(step.on, known[-1][1]))
    return known


def there_on(steps: Sequence[Step], day: date) -> bool:
    """Whether they were present on a day: of a departure, the day itself still counts."""
    by_then = [step.fact for step in steps if step.on < day or (step.on == day and STATUS_AFTER[step.fact] is PRESENT)]
    return bool(by_then) and STATUS_AFTER[by_then[-1]] is PRESENT
