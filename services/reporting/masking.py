"""What a région and the federation see of rates about people: nothing below five, numbers below twenty, then percentages."""

from dataclasses import dataclass, replace

from services.reporting.indicators.figure import Figure, Part, Share
from services.reporting.indicators.funnel import Step


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
            return replace(
                figure, numerator=None, denominator=None, unknown=None, value=None, low=None, high=None, parts=hidden, masked=True
            )
        parts = {name: self._part(part) for name, part in figure.parts.items()}
        if self.gives_share(people):
            return replace(figure, parts=parts)
        return replace(figure, value=None, low=None, high=None, parts=parts)

    def funnel(self, steps: list[Step]) -> list[Step]:
        """The steps, without the number of those that so few people reached: it would undo a masked rate."""
        return [replace(step, people=None) if self.hides(step.people or 0) else step for step in steps]

    def _part(self, part: Part) -> Part:
        return None if isinstance(part, Share) and self.hides(part.denominator) else part


UNMASKED = Masking()
