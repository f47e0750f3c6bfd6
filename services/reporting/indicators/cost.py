"""What a pupil present for a year costs the Région."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from services.reporting.indicators import corrections
from services.reporting.indicators.figure import Counted, Indicator, Part, Tally
from services.reporting.indicators.perimeter import PerimeterKind
from services.reporting.indicators.selection import Selection
from services.reporting.projections.enrolments import EnrolmentRow
from services.reporting.projections.grants import PaymentRow
from shared.events.catalogue import GrantPurpose


def count(selection: Selection) -> Counted:
    """Euro cents paid, by civil year and purpose, and pupil-months, by civil year.

    A pupil-month: a person present on the 15th of the month, up to the day of reading, August included. A school has the
    grants that it holds itself; the network has all.
    """
    present = {
        (selection.tables.person(e.young_id), day)
        for e in selection.enrolments
        for day in _fifteenths(e, selection.day)
        if e.present_on(day)
    }
    parts = {
        "operating": _paid(selection.payments(GrantPurpose.OPERATING)),
        "investment": _paid(selection.payments(GrantPurpose.INVESTMENT)),
        "present": Counter(day.year for _, day in present),
    }
    return Counted(0, 0, parts=parts)


def conclude(counted: Counted, today: date) -> Counted:
    """Operating grants paid in a civil year / pupil-months present in it (the value: euros per 12 of them).

    The civil year is the last complete one (its 31 December has come) in which an operating grant of the perimeter was paid,
    else the present one, so far. Investment paid the same year is apart.
    """
    parts: Mapping[str, Any] = counted.parts
    complete = [year for year in parts["operating"] if date(year, 12, 31) <= today]
    year = max(complete, default=today.year)
    beside: dict[str, Part | Tally] = {
        "civil_year": year, "complete": bool(complete), "investment_cents": parts["investment"][year],
    }  # fmt: skip
    return Counted(parts["operating"][year], parts["present"][year], parts=beside)


def _paid(payments: Iterable[PaymentRow]) -> Tally:
    paid: Tally = Counter()
    for payment in payments:
        if not payment.voided:
            paid[payment.paid_on.year] += payment.amount_cents
    return paid


def _fifteenths(enrolment: EnrolmentRow, today: date) -> Iterator[date]:
    """The 15th of each month from the start to the completion, or to the day of reading."""
    if enrolment.started_on is None:
        return
    last = min(today, enrolment.completed_on or today)
    months = range(enrolment.started_on.year * 12 + enrolment.started_on.month - 1, last.year * 12 + last.month)
    yield from (day for month in months if (day := date(month // 12, month % 12 + 1, 15)) <= last)


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
        rests_on=corrections.money,
        conclude=conclude,
        perimeters=(PerimeterKind.NETWORK, PerimeterKind.SCHOOL),
        by_cohort=False,
        ratio=euros_a_year,
    ),
)
