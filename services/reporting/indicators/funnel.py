"""From referral to insertion: how many people reached each step."""

from dataclasses import dataclass

from services.reporting.indicators.futures import FIRST, INSERTED
from services.reporting.indicators.selection import Selection


@dataclass(frozen=True)
class Step:
    name: str
    label: str
    people: int | None


def funnel(selection: Selection) -> list[Step]:
    """People referred in the perimeter, and among them those who reached each later step there, each counted once.

    Of a cohort, it begins with those who applied: who was referred without an application is of no cohort.
    Inserted: whatever is known at six months says employed, apprentice or student, due or not.
    """
    referred = {row.young_id for row in selection.referrals}
    people = [person for person in selection.people if person.young_id in referred]
    applied = {row.young_id for row in selection.applications} & referred
    admissible = {row.young_id for row in selection.applications if row.admissible_on} & referred
    started = [person for person in people if person.started_on]
    inserted = [person for person in started if person.situation(FIRST) in INSERTED]
    steps = [
        Step("referred", "Orientés par une agence", len(referred)),
        Step("applied", "Candidature ouverte", len(applied)),
        Step("admissible", "Rencontrés et admissibles", len(admissible)),
        Step("enrolled", "Inscrits", len(people)),
        Step("started", "Entrés à l’atelier", len(started)),
        Step("completed", "Formation menée au bout", sum(any(e.completed_on for e in person.enrolments) for person in started)),
        Step("diploma", "Diplômés", sum(person.obtained for person in started)),
        Step("inserted", "En emploi ou en études à 6 mois", len(inserted)),
    ]
    return steps if selection.cohort is None else steps[1:]
