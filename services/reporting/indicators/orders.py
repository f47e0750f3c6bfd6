"""The orders of real clients."""

from services.reporting.indicators import corrections
from services.reporting.indicators.figure import Counted, Indicator
from services.reporting.indicators.perimeter import PerimeterKind
from services.reporting.indicators.selection import Selection
from services.reporting.projections.weeks import total


def count(selection: Selection) -> Counted:
    """Orders completed not after the due day of their last quote / orders completed.

    Beside: orders received and cancelled, minutes of production logged, euro cents invoiced (before tax).
    """
    orders = selection.orders
    completed = [(order.completed_on, order.due_on) for order in orders if order.completed_on]
    on_time = [done for done, due in completed if due and done <= due]
    return Counted(
        numerator=len(on_time),
        denominator=len(completed),
        parts={
            "received": len(orders),
            "cancelled": sum(order.cancelled_on is not None for order in orders),
            "production_minutes": total(selection.hours).production,
            "turnover_cents": sum(order.invoiced_cents for order in orders),
        },
    )


INDICATORS = (
    Indicator(
        name="orders",
        version=1,
        label="Commandes à temps",
        formula="commandes terminées au plus tard le jour convenu / commandes terminées",
        unit="commandes",
        count=count,
        rests_on=corrections.orders,
        perimeters=(PerimeterKind.NETWORK, PerimeterKind.SCHOOL),
        by_cohort=False,
    ),
)
