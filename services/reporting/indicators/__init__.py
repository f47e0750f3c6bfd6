"""The indicators, one file per family: pure functions over the rows of one scope. Their page is docs/indicators.md.

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
from services.reporting.indicators.perimeter import Scoped

INDICATORS: tuple[Indicator, ...] = (
    *answers.INDICATORS, *raccrochage.INDICATORS, *occupancy.INDICATORS, *interruption.INDICATORS, *hours.INDICATORS,
    *orders.INDICATORS, *diplomas.INDICATORS, *futures.INDICATORS, *cost.INDICATORS,
)  # fmt: skip


def figures(scoped: Scoped) -> list[Figure]:
    """Every indicator that means something in this scope, unmasked."""
    asked = (one for one in INDICATORS if scoped.scope.kind in one.scopes and (one.by_cohort or scoped.cohort is None))
    return [figure(indicator, scoped) for indicator in asked]
