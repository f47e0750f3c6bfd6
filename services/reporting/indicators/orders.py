"""The orders of real clients."""

from services.reporting.indicators.figure import Counted, Indicator
from services.reporting.indicators.perimeter import Scoped


def count(scoped: Scoped) -> Counted:
    """Orders completed not after the due day of their last quote / orders completed.

    Beside: orders received and cancelled, minutes of production logged, euro cents invoiced (before tax).
    """
    completed = [order for order in scoped.orders if "completed_on" in order]
    on_time = [order for order in completed if "due_on" in order and order["completed_on"] <= order["due_on"]]
    return Counted(
        numerator=len(on_time),
        denominator=len(completed),
        parts={
            "received": len(scoped.orders),
            "cancelled": sum("cancelled_on" in order for order in scoped.orders),
            "production_minutes": sum(row["production"] for row in scoped.hours),
            "turnover_cents": sum(order.get("invoiced_cents", 0) for order in scoped.orders),
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
        scopes=("network", "school"),
        by_cohort=False,
    ),
)
