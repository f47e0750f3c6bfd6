"""What a pupil present for a year costs the Région."""

from datetime import date

from services.reporting.indicators.figure import Counted, Indicator
from services.reporting.indicators.perimeter import Scoped


def count(scoped: Scoped) -> Counted:
    """Euro cents of operating grants paid in a civil year / pupil-months present in it (the value: euros per 12 of them).

    The civil year is the last complete one (its 31 December has come) in which an operating grant of the scope was paid,
    else the present one, so far. A pupil-month: a person present on the 15th of the month, up to the day of reading,
    August included. A school has the grants that it holds itself; the network has all. Investment paid the same year is
    apart.
    """
    years = {int(payment["paid_on"][:4]) for payment in scoped.payments if payment["purpose"] == "operating"}
    complete = [year for year in years if date(year, 12, 31) <= scoped.day]
    year = max(complete, default=scoped.day.year)
    middles = [date(year, month, 15) for month in range(1, 13) if date(year, month, 15) <= scoped.day]
    present = {(e.young_id, day) for e in scoped.enrolments for day in middles if e.present_on(day)}
    paid = {"operating": 0, "investment": 0}
    for payment in scoped.payments:
        if payment["paid_on"].startswith(str(year)):
            paid[payment["purpose"]] += payment["amount_cents"]
    parts = {"civil_year": year, "complete": bool(complete), "investment_cents": paid["investment"]}
    return Counted(paid["operating"], len(present), parts=parts)


def euros_a_year(cents: int, pupil_months: int) -> float | None:
    """Euros per pupil and year. None where nothing was paid: a grant held by the network has no known split."""
    return round(cents / 100 * 12 / pupil_months, 2) if cents and pupil_months else None


INDICATORS = (
    Indicator(
        name="cost",
        version=1,
        label="Coût par élève et par an, part Région",
        formula="subventions de fonctionnement de la Région versées dans l'année civile / (mois-élèves présents / 12)",
        unit="centimes et mois-élèves",
        count=count,
        scopes=("network", "school"),
        by_cohort=False,
        ratio=euros_a_year,
    ),
)
