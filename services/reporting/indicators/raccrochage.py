"""Whether those who were out of school came back to a workshop, and stayed."""

from datetime import date

from services.reporting.indicators.figure import Counted, Indicator
from services.reporting.indicators.people import Enrolment
from services.reporting.indicators.perimeter import Scoped
from shared.kernel.calendar import months_after

TO_START, TO_STAY = 12, 3
"""Months."""


def _came_back(enrolment: Enrolment, referred_on: date) -> bool:
    started = enrolment.started_on
    if started is None or not referred_on <= started <= months_after(referred_on, TO_START):
        return False
    stays_until = months_after(started, TO_STAY)
    completed_before = enrolment.completed_on is not None and enrolment.completed_on < stays_until
    return completed_before or enrolment.present_on(stays_until)


def count(scoped: Scoped) -> Counted:
    """Out of school at referral, started within 12 months and still there 3 months after / all referred so 15 months ago or more.

    A person counts once, by their first referral out of school in the scope. Who completed within those 3 months stayed.
    « Autre voie choisie »: that referral closed with the code chose_other_path, and they did not come back.
    """
    first = {}
    for referral in sorted(scoped.referrals, key=lambda row: (row["submitted_on"], row["id"]), reverse=True):
        if referral["situation"] == "out_of_school":
            first[referral["young_id"]] = referral
    enrolments: dict[str, list[Enrolment]] = {}
    for enrolment in scoped.enrolments:
        enrolments.setdefault(enrolment.young_id, []).append(enrolment)
    counted = came_back = other_path = 0
    for young_id, referral in first.items():
        referred_on = date.fromisoformat(referral["submitted_on"])
        if months_after(referred_on, TO_START + TO_STAY) > scoped.day:
            continue
        counted += 1
        if any(_came_back(enrolment, referred_on) for enrolment in enrolments.get(young_id, ())):
            came_back += 1
        elif referral.get("code") == "chose_other_path":
            other_path += 1
    return Counted(came_back, counted, parts={"other_path": other_path})


INDICATORS = (
    Indicator(
        name="raccrochage",
        version=1,
        label="Raccrochage",
        formula=(
            "hors de l'école à l'orientation, entrés dans les 12 mois et encore là 3 mois après / "
            "orientés hors de l'école il y a au moins 15 mois"
        ),
        unit="personnes",
        count=count,
        about_people=True,
    ),
)
