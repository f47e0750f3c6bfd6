"""What a pupil present for a year costs the Région."""

from collections.abc import Iterable
from datetime import date

from services.reporting.indicators.figure import Counted, Indicator
from services.reporting.indicators.perimeter import PerimeterKind
from services.reporting.indicators.selection import Selection
from services.reporting.projections.grants import PaymentRow
from shared.events.catalogue import GrantPurpose


def count(selection: Selection) -> Counted:
    """Euro cents of operating grants paid in a civil year / pupil-months present in it (the value: euros per 12 of them).

    The civil year is the last complete one (its 31 December has come) in which an operating grant of the perimeter was paid,
    else the present one, so far. A pupil-month: a person present on the 15th of the month, up to the day of reading,
    August included. A school has the grants that it holds itself; the network has all. Investment paid the same year is
    apart.
    """
    operating, investment = (selection.payments(purpose) for purpose in (GrantPurpose.OPERATING, GrantPurpose.INVESTMENT))
    years = {payment.paid_on.year for payment in operating}
    complete = [year for year in years if date(year, 12, 31) <= selection.day]
    year = max(complete, default=selection.day.year)
    middles = [date(year, month, 15) for month in range(1, 13) if date(year, month, 15) <= selection.day]
    present = {(e.young_id, day) for e in selection.enrolments for day in middles if e.present_on(day)}
    parts = {"civil_year": year, "complete": bool(complete), "investment_cents": _paid_in(year, investment)}
    return Counted(_paid_in(year, operating), len(present), parts=parts)


def _paid_in(year: int, payments: Iterable[PaymentRow]) -> int:
    return sum(payment.amount_cents for payment in payments if payment.paid_on.year == year)


def euros_a_year(cents: int, pupil_months: int) -> float | None:
    """Euros per pupil and year. None where nothing was paid: a grant held by the network has no known split."""
    return round(cents / 100 * 12 / pupil_months, 2) if cents and pupil_months else None


INDICATORS = (
    Indicator(
        name="cost",
        version=1,
        label="Coût par élève et par an, part Région",
        formula="subventions de fonctionnement de la Région versées dans l’année civile / (mois-élèves présents / 12)",
        unit="centimes et mois-élèves",
        count=count,
        perimeters=(PerimeterKind.NETWORK, PerimeterKind.SCHOOL),
        by_cohort=False,
        ratio=euros_a_year,
    ),
)
