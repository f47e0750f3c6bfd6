"""Whether agencies get an answer, and how long it takes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from statistics import median
from typing import Any

from services.reporting.indicators.figure import Counted, Indicator, Tally
from services.reporting.indicators.selection import Selection
from services.reporting.projections.applications import ApplicationRow
from services.reporting.projections.referrals import ReferralRow
from shared.events.applications import ApplicationStatus
from shared.events.referral import Answer
from shared.kernel.calendar import open_days_between

Delay = tuple[date, date]
"""From a day to a day."""


def _open_days(delays: Iterable[Delay]) -> Tally:
    return Counter(open_days_between(since, until) for since, until in delays)


def _median(days: Tally) -> float | None:
    return float(median(days.elements())) if days else None


def _is_silent(application: ApplicationRow) -> bool:
    """Ended by the closing of its intake, or let expire, while the school had never met or answered the applicant."""
    lapsed = application.status is ApplicationStatus.EXPIRED or application.intake_closed
    return lapsed and not application.contacted_on


def _contacts(selection: Selection) -> Sequence[tuple[ReferralRow, date | None]]:
    """Each referral, with the first day when a school contacted its young person for an application of the selection."""
    first = {(row.young_id, row.intake_id): min(row.contacted_on) for row in selection.applications if row.contacted_on}
    return [
        (referral, min((first[key] for id in referral.opened if (key := (referral.young_id, id)) in first), default=None))
        for referral in selection.referrals
    ]


def count(selection: Selection) -> Counted:
    """Referrals closed by an answer / referrals submitted.

    A referral that closed as expired without the school ever meeting or answering the applicant got no answer. The delay
    runs to the closing of the whole referral, in every perimeter; the first contact is the earliest in the perimeter.
    """
    contacts = _contacts(selection)
    contacted = [(one.submitted_on, max(one.submitted_on, day)) for one, day in contacts if day]
    answered = [
        (one.submitted_on, one.closed_on) for one, day in contacts if one.closed_on and (day or one.answer is not Answer.EXPIRED)
    ]
    return Counted(
        numerator=len(answered),
        denominator=len(contacts),
        parts={
            "open_days": _open_days(answered),
            "open_days_to_contact": _open_days(contacted),
            "silent": sum(map(_is_silent, selection.applications)),
            "closed": Counter(one.answer for one, _ in contacts if one.answer),
        },
    )


def conclude(counted: Counted, _day: date) -> Counted:
    """The median delays, and the answers that occur."""
    parts: Mapping[str, Any] = counted.parts
    medians = {f"median_{delays}": _median(parts[delays]) for delays in ("open_days", "open_days_to_contact")}
    closed = {f"closed_{answer}": number for answer, number in sorted(parts["closed"].items())}
    return replace(counted, parts={**medians, "silent": parts["silent"], **closed})


INDICATORS = (
    Indicator(
        name="answer_rate",
        version=1,
        label="Demandes répondues",
        formula="demandes closes par une réponse / demandes reçues ; délai médian en jours ouvrés jusqu’à la clôture",
        unit="demandes",
        count=count,
        conclude=conclude,
    ),
)
