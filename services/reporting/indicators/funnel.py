"""From referral to insertion: how many people reached each step."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from services.reporting.indicators.futures import FIRST, INSERTED
from services.reporting.indicators.selection import Selection


@dataclass(frozen=True)
class Step:
    name: str
    label: str
    people: int | None


LABELS: Mapping[str, str] = {
    "referred": "Orientés par une agence",
    "applied": "Candidature ouverte",
    "admissible": "Rencontrés et admissibles",
    "enrolled": "Inscrits",
    "started": "Entrés à l’atelier",
    "completed": "Formation menée au bout",
    "diploma": "Diplômés",
    "inserted": "En emploi ou en études à 6 mois",
}


def reached(selection: Selection) -> Counter[str]:
    """People referred in the perimeter, and among them those who reached each later step there, each counted once.

    Inserted: whatever is known at six months says employed, apprentice or student, due or not.
    """
    who = selection.tables.person
    referred = {who(row.young_id) for row in selection.referrals}
    people = [person for person in selection.people if person.young_id in referred]
    started = [person for person in people if person.started_on]
    return Counter(
        referred=len(referred),
        applied=len({who(row.young_id) for row in selection.applications} & referred),
        admissible=len({who(row.young_id) for row in selection.applications if row.admissible_on} & referred),
        enrolled=len(people),
        started=len(started),
        completed=sum(any(e.completed_on for e in person.enrolments) for person in started),
        diploma=sum(person.obtained for person in started),
        inserted=sum(person.situation(FIRST) in INSERTED for person in started),
    )


def funnel(people: Counter[str], cohort: str | None) -> list[Step]:
    """The steps, by how many reached each. Of a cohort, they begin with those who applied: who was referred is of none."""
    steps = [Step(name, label, people[name]) for name, label in LABELS.items()]
    return steps if cohort is None else steps[1:]
