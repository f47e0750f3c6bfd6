"""Whether a person of a school answers an agency, and how long that takes. Days are those on which things were told."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from statistics import median
from typing import Any
from uuid import UUID

from services.reporting.indicators.figure import Counted, Indicator, Tally
from services.reporting.indicators.selection import Selection
from services.reporting.projections.applications import ApplicationRow
from services.reporting.projections.referrals import ReferralRow
from shared.events.referral import AnsweredBy
from shared.kernel.calendar import PARIS
from shared.kernel.open_days import OpenDays

Delay = tuple[OpenDays, date, date]
"""In these open days, from a day to a day."""


def _open_days(delays: Iterable[Delay]) -> Tally:
    return Counter(open_days.between(since, until) for open_days, since, until in delays)


def _median(days: Tally) -> float | None:
    return float(median(days.elements())) if days else None


@dataclass(frozen=True)
class Contact:
    """The day on which a school first told of a contact, and which did."""

    on: date
    school: str


def _contacts(selection: Selection) -> Iterator[tuple[ReferralRow, Contact | None]]:
    """Each referral, with the first contact since, for an application of the selection."""
    told = {(row.young_id, row.intake_id): row for row in selection.applications}
    for referral in selection.referrals:
        first = min(_since(referral, told), default=None)
        yield referral, Contact(first[0].astimezone(PARIS).date(), first[1]) if first else None


def _since(referral: ReferralRow, told: Mapping[tuple[UUID, UUID], ApplicationRow]) -> Iterator[tuple[datetime, str]]:
    for intake_id in referral.opened:
        if row := told.get((referral.young_id, intake_id)):
            contacts = (at for at in row.contacted_at if referral.received_at is None or at >= referral.received_at)
            yield from ((at, row.school) for at in contacts)


def _of_whole(referral: ReferralRow, selection: Selection) -> OpenDays:
    """The open days that a whole referral is counted in: of the school that it asked, where it asked one."""
    schools = {intake.school for id in referral.opened if (intake := selection.tables.intake.get(id))}
    return selection.tables.open_days_of(schools.pop() if len(schools) == 1 else None)


def count(selection: Selection) -> Counted:
    """Referrals to which a person of a school of the perimeter said yes, no or came to meet / referrals received.

    Those that their agency withdrew are apart, as is what families asked of a school themselves. Delays run from the receipt to
    the first contact, and to the last answer of the whole referral where a school gave it.
    """
    open_days_of = selection.tables.open_days_of
    every = [(one, by) for one, by in _contacts(selection) if not one.is_withdrawn]
    contacts = [(one, by) for one, by in every if not one.is_direct]
    direct = [by for one, by in every if one.is_direct]
    answered = [(one, by) for one, by in contacts if by]
    closed = [one for one, _ in answered if one.closed_on]
    return Counted(
        numerator=len(answered),
        denominator=len(contacts),
        parts={
            "open_days": _open_days(
                (_of_whole(one, selection), one.received_on, one.closed_on) for one in closed if one.closed_on
            ),
            "open_days_to_contact": _open_days((open_days_of(by.school), one.received_on, by.on) for one, by in answered if by),
            "closed_by_rule": _closed(contacts, AnsweredBy.RULE),
            "closed_unanswered": _closed(contacts, AnsweredBy.NOBODY),
            "withdrawn": sum(one.is_withdrawn and not one.is_direct for one in selection.referrals),
            "direct": len(direct),
            "direct_answered": sum(by is not None for by in direct),
            "silent": sum(one.is_silent for one in selection.applications),
            "closed": Counter(one.answer for one, _ in contacts if one.answer),
        },
    )


def _closed(contacts: Iterable[tuple[ReferralRow, Contact | None]], by: AnsweredBy) -> int:
    return sum(one.answered_by is by for one, _ in contacts)


def conclude(counted: Counted, _day: date) -> Counted:
    """The median delays, and the answers that occur."""
    parts: Mapping[str, Any] = counted.parts
    medians = {f"median_{delays}": _median(parts[delays]) for delays in ("open_days", "open_days_to_contact")}
    closed = {f"closed_{answer}": number for answer, number in sorted(parts["closed"].items())}
    counts = {name: parts[name] for name in ("closed_by_rule", "closed_unanswered", "withdrawn", "silent")}
    direct = {name: parts[name] for name in ("direct", "direct_answered") if parts["direct"]}
    return replace(counted, parts={**medians, **counts, **direct, **closed})


INDICATORS = (
    Indicator(
        name="answer_rate",
        version=4,
        label="Demandes auxquelles une école a répondu",
        formula=(
            "demandes auxquelles une personne de l’école a dit oui, non ou « venez » / demandes d’organismes reçues, "
            "hors retirées ; candidatures directes à part ; délais médians en jours ouvrés de l’école depuis la réception"
        ),
        unit="demandes",
        count=count,
        conclude=conclude,
    ),
)
