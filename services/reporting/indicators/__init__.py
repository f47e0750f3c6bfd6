"""The indicators, one file per family: pure functions over the rows of one perimeter. Their page is docs/indicators.md.

Written a second time, on purpose and without shared code, in deploy/simulation/expected_figures.py: the demo compares the two.
"""

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
from services.reporting.indicators.figure import Figure, Indicator, figure
from services.reporting.indicators.selection import Selection

INDICATORS: tuple[Indicator, ...] = (
    *answers.INDICATORS, *raccrochage.INDICATORS, *occupancy.INDICATORS, *interruption.INDICATORS, *hours.INDICATORS,
    *orders.INDICATORS, *diplomas.INDICATORS, *futures.INDICATORS, *cost.INDICATORS,
)  # fmt: skip


def figures(selection: Selection) -> list[Figure]:
    """Every indicator that means something in this perimeter, unmasked."""
    of_cohort = selection.cohort is not None
    meant = (one for one in INDICATORS if selection.perimeter.kind in one.perimeters and (one.by_cohort or not of_cohort))
    return [figure(indicator, selection) for indicator in meant]
