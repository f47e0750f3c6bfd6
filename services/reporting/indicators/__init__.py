"""The indicators, one file per family: pure functions over the rows of one perimeter. Their page is docs/indicators.md.

Written a second time, on purpose and without shared code, in deploy/simulation/expected_figures.py: the demo compares the two.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from services.reporting.indicators import (
    answers,
    cost,
    diplomas,
    futures,
    hours,
    interruption,
    occupancy,
    orders,
    raccrochage,
)
from services.reporting.indicators.figure import Counted, Figure, Indicator, changed, figure
from services.reporting.indicators.funnel import reached
from services.reporting.indicators.selection import Selection

INDICATORS: tuple[Indicator, ...] = (
    *answers.INDICATORS, *raccrochage.INDICATORS, *occupancy.INDICATORS, *interruption.INDICATORS, *hours.INDICATORS,
    *orders.INDICATORS, *diplomas.INDICATORS, *futures.INDICATORS, *cost.INDICATORS,
)  # fmt: skip


@dataclass(frozen=True)
class Totals:
    """Everything that is counted in one perimeter and cohort. Those of some people and of others add up to those of all."""

    counted: Mapping[str, Counted]
    reached: Counter[str]

    def changed(self, before: "Totals", after: "Totals") -> "Totals":
        """The totals once some people, who counted for `before`, count for `after`."""
        counted = {name: one.changed(before.counted[name], after.counted[name]) for name, one in self.counted.items()}
        return Totals(counted, changed(self.reached, before.reached, after.reached))

    def figures(self, day: date) -> list[Figure]:
        """Every indicator that means something in this perimeter, unmasked, on the day of reading."""
        return [figure(one, self.counted[one.name], day) for one in INDICATORS if one.name in self.counted]


def count(selection: Selection) -> Totals:
    """Every indicator that means something in this perimeter, and the steps from referral to insertion."""
    of_cohort = selection.cohort is not None
    meant = (one for one in INDICATORS if selection.perimeter.kind in one.perimeters and (one.by_cohort or not of_cohort))
    return Totals({one.name: counted(one, selection) for one in meant}, reached(selection))


def counted(indicator: Indicator, selection: Selection) -> Counted:
    """What an indicator counts in a selection, and the days on which what it rests on was last corrected."""
    corrected = Counter(row.corrected_on for row in indicator.rests_on(selection) if row.corrected_on)
    return replace(indicator.count(selection), corrected=corrected)
