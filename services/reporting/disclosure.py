"""What a région and the federation see of rates about people: nothing below five, numbers below twenty, then percentages."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from services.reporting.indicators.figure import Figure, Part, Share
from services.reporting.indicators.funnel import Step

DEMANDS = ("referred", "applied")
COUNTED_BY: Mapping[str, str] = {"diploma": "diploma_success", "inserted": "insertion_entrants"}
"""The figure whose numerator counts the people of a step."""


@dataclass(frozen=True)
class Masking:
    """The thresholds in force for one reader; zeros hide nothing. Nobody is not few: « 0 sur 0 » stays."""

    masked_below: int = 0
    shares_from: int = 0

    def hides(self, people: int) -> bool:
        return 0 < people < self.masked_below

    def gives_share(self, people: int) -> bool:
        """Whether a percentage of so many people may be shown."""
        return people >= self.shares_from

    def figure(self, figure: Figure) -> Figure:
        """The figure as this reader may see it."""
        if not figure.indicator.about_people:
            return figure
        people = figure.denominator or 0
        if any(map(self.hides, (people, *figure.groups))):
            hidden = dict.fromkeys(figure.parts)
            gone = replace(figure, numerator=None, denominator=None, unknown=None, corrected_on=None)
            return replace(gone, value=None, low=None, high=None, parts=hidden, masked=True)
        parts = {name: self._part(part) for name, part in figure.parts.items()}
        if self.gives_share(people):
            return replace(figure, parts=parts)
        return replace(figure, value=None, low=None, high=None, parts=parts)

    def funnel(self, steps: list[Step], beside: Mapping[str, Figure]) -> list[Step]:
        """The steps as this reader may see them, beside figures that this reader sees. Demands are never masked.

        Of the others goes the number that so few people reached, unless a figure beside already says it, and the number
        that would undo a figure masked beside.
        """
        return [
            step if self._shows(step, beside.get(COUNTED_BY.get(step.name, ""))) else replace(step, people=None) for step in steps
        ]

    def _shows(self, step: Step, figure: Figure | None) -> bool:
        if step.name in DEMANDS:
            return True
        if figure and figure.masked:
            return False
        return not self.hides(step.people or 0) or (figure is not None and figure.numerator == step.people)

    def _part(self, part: Part) -> Part:
        return None if isinstance(part, Share) and self.hides(part.denominator) else part


UNMASKED = Masking()
