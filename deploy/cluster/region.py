"""The small invented region that a trial writes to: one school, programmes with seats for most, one with too few."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from deploy.cluster.asking import Client
from shared.kernel.calendar import school_year_of

SCHOOL, HEAD, OFFICE = "essai", "school:essai:head", "school:essai:office"
AGENCIES = ("agence-nord", "agence-sud")
PROGRAMMES = tuple(f"cap-essai-{letter}" for letter in "abcdef")
SEATS, SCARCE = 150, 3
"""Of each programme but the last, and of the last: more ask for it than it takes."""


@dataclass(frozen=True)
class Region:
    """What was opened: the intake of each programme."""

    intakes: Sequence[str]
    seats: Sequence[int]


async def open_region(client: Client, today: date) -> Region:
    """Register and open it all; again, it is the same."""
    for agency in AGENCIES:
        body = {"kind": "mission_locale", "name": f"Agence {agency[7:]}", "department": "25"}
        await client.ask("admin", "referral", "PUT", f"/agencies/{agency}", body, said=False)
    school = {"name": "École d’essai", "commune": "25056", "town": "Besançon", "department": "25"}
    await client.ask("admin", "enrolment", "PUT", f"/schools/{SCHOOL}", school, said=False)
    seats = [SEATS] * (len(PROGRAMMES) - 1) + [SCARCE]
    intakes = [await _open(client, programme, taken, today) for programme, taken in zip(PROGRAMMES, seats, strict=True)]
    return Region(intakes, seats)


async def _open(client: Client, programme: str, seats: int, today: date) -> str:
    taught = {"title": "CAP d’essai", "certification": "cap", "sector": "industrie", "years": 2, "dangerous_machines": False}
    await client.ask(HEAD, "enrolment", "PUT", f"/schools/{SCHOOL}/programmes/{programme}", taught, said=False)
    starts_on = today + timedelta(days=60)
    body: dict[str, Any] = {
        "school": SCHOOL, "programme": programme, "school_year": school_year_of(starts_on), "seats": seats,
        "starts_on": starts_on.isoformat(), "closes_on": (starts_on + timedelta(days=5)).isoformat(),
    }  # fmt: skip
    opened = await client.ask(HEAD, "enrolment", "POST", "/intakes", body, said=False)
    return str(opened["intake_id"])


def a_referral(number: int, programme: str, today: date) -> dict[str, Any]:
    """Somebody who does not exist, of age, whose names are one of a kind."""
    letters = "".join("abcdefghij"[int(digit)] for digit in f"{number:05}")
    identity = {
        "family_name": f"Essai{letters}",
        "given_name": "Camille",
        "birth_date": (today - timedelta(days=7000)).isoformat(),
    }
    return {
        "external_id": f"ESSAI-{number}", "identity": identity, "situation": "in_school_at_risk",
        "counsellor": {"name": "A. Bonnefoy", "phone": "0639980000"}, "informed_on": today.isoformat(),
        "wishes": [{"school": SCHOOL, "programme": programme}],
    }  # fmt: skip
