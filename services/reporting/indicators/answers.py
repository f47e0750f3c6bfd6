"""Whether agencies get an answer, and how long it takes."""

from collections.abc import Mapping
from datetime import date, timedelta
from statistics import median
from typing import Any

from services.reporting.indicators.figure import Counted, Indicator
from services.reporting.indicators.perimeter import Scoped

Row = Mapping[str, Any]


def open_days(since: date, until: date) -> int:
    """Days from Monday to Friday after one day and up to another, which counts. Holidays are not told to reporting."""
    whole, rest = divmod((until - since).days, 7)
    return whole * 5 + sum((since + timedelta(days=extra)).weekday() < 5 for extra in range(1, rest + 1))


def _median_delay(pairs: list[tuple[str, str]]) -> float | None:
    delays = [open_days(date.fromisoformat(since), date.fromisoformat(until)) for since, until in pairs]
    return float(median(delays)) if delays else None


def _silent(application: Row) -> bool:
    """Ended by the closing of its intake, or let expire, while the school had never met or answered the applicant."""
    return application["status"] in ("intake_closed", "expired") and not application["contacted_on"]


def count(scoped: Scoped) -> Counted:
    """Referrals closed by an answer / referrals submitted.

    A referral that closed as expired without the school ever meeting or answering the applicant got no answer. The delay
    runs to the closing of the whole referral, in every scope; the first contact is the earliest in the scope.
    """
    applications = {row["id"]: row for row in scoped.applications}
    answered: list[tuple[str, str]] = []
    contacted: list[tuple[str, str]] = []
    by_answer: dict[str, int] = {}
    for referral in scoped.referrals:
        ids = (f"{referral['young_id']}/{intake}" for intake in referral.get("opened", ()))
        contacts = [day for id in ids if id in applications for day in applications[id]["contacted_on"]]
        if contacts:
            contacted.append((referral["submitted_on"], max(referral["submitted_on"], min(contacts))))
        if "closed_on" in referral:
            by_answer[referral["answer"]] = by_answer.get(referral["answer"], 0) + 1
            if referral["answer"] != "expired" or contacts:
                answered.append((referral["submitted_on"], referral["closed_on"]))
    return Counted(
        numerator=len(answered),
        denominator=len(scoped.referrals),
        parts={
            "median_open_days": _median_delay(answered),
            "median_open_days_to_contact": _median_delay(contacted),
            "silent": sum(map(_silent, applications.values())),
            **{f"closed_{answer}": number for answer, number in sorted(by_answer.items())},
        },
    )


INDICATORS = (
    Indicator(
        name="answer_rate",
        version=1,
        label="Demandes répondues",
        formula="demandes closes par une réponse / demandes reçues ; délai médian en jours ouvrés jusqu'à la clôture",
        unit="demandes",
        count=count,
    ),
)
