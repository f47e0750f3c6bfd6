"""What an indicator is, and the figure it gives for one perimeter."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol, TypeAlias

from services.reporting.indicators.perimeter import PerimeterKind
from services.reporting.indicators.selection import Selection

CLOSE_TO_ALL = "avoisine les 100 %"


@dataclass(frozen=True)
class Reference:
    """What a figure is compared with: who published it, and when."""

    value: float
    label: str
    source: str
    published: str | None


@dataclass(frozen=True)
class Share:
    """So many of so many people, beside the main figure."""

    numerator: int
    denominator: int


Part: TypeAlias = bool | int | float | str | Share | None
Tally: TypeAlias = Counter[Any]
"""How many of each value: what a median, or a year to be chosen, is concluded from."""


@dataclass(frozen=True)
class Counted:
    """What an indicator's formula counts in one perimeter. `unknown` people stand in the denominator.

    Everything in it adds up: what is counted of some people and of others is, together, what is counted of all of them. So
    when a few change, they alone are counted again.
    """

    numerator: int
    denominator: int
    unknown: int = 0
    parts: Mapping[str, Part | Tally] = field(default_factory=dict)
    groups: Sequence[int] = ()
    """How many are in each other group that the numbers tell of, alone or by subtraction: masking looks at them too."""
    corrected: Tally = field(default_factory=Counter)
    """By day, how many of the rows that it rests on were last corrected then."""

    def changed(self, before: "Counted", after: "Counted") -> "Counted":
        """The count once some people, who counted for `before`, count for `after`."""
        return Counted(
            numerator=self.numerator - before.numerator + after.numerator,
            denominator=self.denominator - before.denominator + after.denominator,
            unknown=self.unknown - before.unknown + after.unknown,
            parts={name: changed(part, before.parts[name], after.parts[name]) for name, part in self.parts.items()},
            groups=tuple(of - was + now for of, was, now in zip(self.groups, before.groups, after.groups, strict=True)),
            corrected=changed(self.corrected, before.corrected, after.corrected),
        )


def changed(of: Any, before: Any, after: Any) -> Any:
    """A part once some people, whose part was `before`, have `after`. A text is the same whoever is counted."""
    match of:
        case Share():
            numerator = of.numerator - before.numerator + after.numerator
            return Share(numerator, of.denominator - before.denominator + after.denominator)
        case Counter():
            return Counter({value: count for value in {*of, *after} if (count := of[value] - before[value] + after[value])})
        case int():
            return of - before + after
    return of


def as_counted(counted: Counted, _day: date) -> Counted:
    """The conclusion of most: what was counted is the figure."""
    return counted


class Correctable(Protocol):
    """A row of which what was declared may be mended."""

    @property
    def corrected_on(self) -> date | None: ...


def nothing(_selection: Selection) -> Iterable[Correctable]:
    """What cannot be corrected."""
    return ()


def share(numerator: int, denominator: int) -> float | None:
    """A ratio from 0 to 1, or None of nobody."""
    return round(numerator / denominator, 6) if denominator else None


@dataclass(frozen=True)
class Indicator:
    """A name, a version, a formula in words, and the pure function that counts it."""

    name: str
    version: int
    label: str
    formula: str
    unit: str
    """What the numerator and the denominator count."""
    count: Callable[[Selection], Counted]
    about_people: bool = False
    """A rate about people, which is masked where they are few."""
    perimeters: Sequence[PerimeterKind] = tuple(PerimeterKind)
    by_cohort: bool = True
    reference: Reference | None = None
    ratio: Callable[[int, int], float | None] = share
    """The value, from the numerator and the denominator."""
    rests_on: Callable[[Selection], Iterable[Correctable]] = nothing
    """The rows of which a correction corrects the figure."""
    conclude: Callable[[Counted, date], Counted] = as_counted
    """What does not add up, from all that was counted, on the day of reading."""


@dataclass(frozen=True)
class Figure:
    """An indicator counted in a perimeter, as known on a day. What masking hides is None."""

    indicator: Indicator
    day: date
    numerator: int | None
    denominator: int | None
    unknown: int | None
    value: float | None
    low: float | None
    high: float | None
    parts: Mapping[str, Part]
    groups: Sequence[int] = ()
    masked: bool = False
    corrected_on: date | None = None
    """The last day, of the reading or after it, on which something that it rests on was corrected."""


def figure(indicator: Indicator, counted: Counted, day: date) -> Figure:
    """The unmasked figure of what was counted, on the day of reading."""
    concluded = indicator.conclude(counted, day)
    numerator, denominator, unknown = concluded.numerator, concluded.denominator, concluded.unknown
    return Figure(
        indicator=indicator,
        day=day,
        numerator=numerator,
        denominator=denominator,
        unknown=unknown,
        value=indicator.ratio(numerator, denominator),
        low=indicator.ratio(numerator, denominator),
        high=indicator.ratio(numerator + unknown, denominator),
        parts={name: part for name, part in concluded.parts.items() if not isinstance(part, Counter)},
        groups=concluded.groups,
        corrected_on=max(counted.corrected, default=None),
    )
