"""What an indicator is, and the figure it gives for one perimeter."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

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


@dataclass(frozen=True)
class Counted:
    """What an indicator's formula counts in one perimeter. `unknown` people stand in the denominator."""

    numerator: int
    denominator: int
    unknown: int = 0
    parts: Mapping[str, Part] = field(default_factory=dict)
    groups: Sequence[int] = ()
    """How many are in each other group that the numbers tell of, alone or by subtraction: masking looks at them too."""


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


@dataclass(frozen=True)
class Figure:
    """An indicator counted in a perimeter. What masking hides is None."""

    indicator: Indicator
    numerator: int | None
    denominator: int | None
    unknown: int | None
    value: float | None
    low: float | None
    high: float | None
    parts: Mapping[str, Part]
    groups: Sequence[int] = ()
    masked: bool = False


def figure(indicator: Indicator, selection: Selection) -> Figure:
    """The unmasked figure."""
    counted = indicator.count(selection)
    numerator, denominator, unknown = counted.numerator, counted.denominator, counted.unknown
    return Figure(
        indicator=indicator,
        numerator=numerator,
        denominator=denominator,
        unknown=unknown,
        value=indicator.ratio(numerator, denominator),
        low=indicator.ratio(numerator, denominator),
        high=indicator.ratio(numerator + unknown, denominator),
        parts=counted.parts,
        groups=counted.groups,
    )
