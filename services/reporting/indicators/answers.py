"""Whether a person of a school answers an agency, and how long that takes. Days are those on which things were told."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from statistics import median
from typing import Any
from uuid import UUID

from services.reporting.indicators.figure import Counted, Indicator, Tally
from services.reporting.indicators.selection import Selection
from services.reporting.projections.applications import ApplicationRow
from services.reporting.projections.referrals import ReferralRow
from shared.events.applications import ApplicationStatus
from shared.events.referral import AnsweredBy
from shared.kernel.calendar import PARIS
from shared.kernel.open_days import OpenDays

Delay = tuple[date, date]
"""From a day to a day."""


def _open_days(delays: Iterable[Delay]) -> Tally:
    return Counter(OpenDays().between(since, until) for since, until in delays)


def _median(days: Tally) -> float | None:
    return float(median(days.elements())) if days else None


def _is_silent(application: ApplicationRow) -> bool:
    """Ended by the closing of its intake, or let expire, while the school had never met or answered the applicant."""
    lapsed = application.status is ApplicationStatus.EXPIRED or application.intake_closed
    return lapsed and not application.contacted_at


def _contacts(selection: Selection) -> Iterator[tuple[ReferralRow, date | None]]:
    """Each referral, with the day on which a school first told of a contact since, for an application of the selection."""
    told = {(row.young_id, row.intake_id): row.contacted_at for row in selection.applications}
    for referral in selection.referrals:
        first = min(_since(referral, told), default=None)
        yield referral, first.astimezone(PARIS).date() if first else None


def _since(referral: ReferralRow, told: Mapping[tuple[UUID, UUID], Iterable[datetime]]) -> Iterator[datetime]:
    for intake_id in referral.opened:
        for at in told.get((referral.young_id, intake_id), ()):
            if referral.received_at is None or at >= referral.received_at:
                yield at


def count(selection: Selection) -> Counted:
    """Referrals to which a person of a school of the perimeter said yes, no or came to meet / referrals received.

    Those that their agency withdrew are apart. Delays run from the receipt to the first contact, and to the last answer
    of the whole referral where a school gave it.
    """
    contacts = [(one, day) for one, day in _contacts(selection) if not one.is_withdrawn]
    answered = [(one, day) for one, day in contacts if day]
    closed = [one for one, _ in answered if one.closed_on]
    return Counted(
        numerator=len(answered),
        denominator=len(contacts),
        parts={
            "open_days": _open_days((one.received_on, one.closed_on) for one in closed if one.closed_on),
            "open_days_to_contact": _open_days((one.received_on, day) for one, day in answered if day),
            "closed_by_rule": _closed(contacts, AnsweredBy.RULE),
            "closed_unanswered": _closed(contacts, AnsweredBy.NOBODY),
            "withdrawn": sum(one.is_withdrawn for one in selection.referrals),
            "silent": sum(map(_is_silent, selection.applications)),
            "closed": Counter(one.answer for one, _ in contacts if one.answer),
        },
    )


def _closed(contacts: Iterable[tuple[ReferralRow, date | None]], by: AnsweredBy) -> int:
    return sum(one.answered_by is by for one, _ in contacts)


def conclude(counted: Counted, _day: date) -> Counted:
    """The median delays, and the answers that occur."""
    parts: Mapping[str, Any] = counted.parts
    medians = {f"median_{delays}": _median(parts[delays]) for delays in ("open_days", "open_days_to_contact")}
    closed = {f"closed_{answer}": number for answer, number in sorted(parts["closed"].items())}
    counts = {name: parts[name] for name in ("closed_by_rule", "closed_unanswered", "withdrawn", "silent")}
    return replace(counted, parts={**medians, **counts, **closed})


INDICATORS = (
    Indicator(
        name="answer_rate",
        version=2,
        label="Demandes auxquelles une école a répondu",
        formula=(
            "demandes auxquelles une personne de l’école a dit oui, non ou « venez » / demandes reçues, hors retirées ; "
            "délais médians en jours ouvrés depuis la réception"
        ),
        unit="demandes",
        count=count,
        conclude=conclude,
    ),
)
