"""Whether those who were out of school came back to a workshop, and stayed."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from uuid import UUID

from services.reporting.indicators import corrections
from services.reporting.indicators.figure import Counted, Indicator
from services.reporting.indicators.selection import Selection
from services.reporting.projections.enrolments import EnrolmentRow
from services.reporting.projections.referrals import ReferralRow
from shared.events.referral import RefusalCode, Situation
from shared.kernel.calendar import months_after

TO_START, TO_STAY = 12, 3
"""Months."""


def _came_back(enrolment: EnrolmentRow, referred_on: date) -> bool:
    started = enrolment.started_on
    if started is None or not referred_on <= started <= months_after(referred_on, TO_START):
        return False
    stays_until = months_after(started, TO_STAY)
    completed_before = enrolment.completed_on is not None and enrolment.completed_on < stays_until
    return completed_before or enrolment.present_on(stays_until)


def _first_out_of_school(selection: Selection) -> Mapping[UUID, ReferralRow]:
    """The first referral of each person that says they were out of school."""
    out = (referral for referral in selection.referrals if referral.situation is Situation.OUT_OF_SCHOOL)
    who = selection.tables.person
    return {who(one.young_id): one for one in sorted(out, key=lambda row: (row.submitted_on, str(row.id)), reverse=True)}


def count(selection: Selection) -> Counted:
    """Out of school at referral, started within 12 months and still there 3 months after / all referred so 15 months ago or more.

    A person counts once, by their first referral out of school in the perimeter. Who completed within those 3 months stayed.
    « Autre voie choisie »: that referral closed with the code chose_other_path, and they did not come back.
    """
    enrolments: dict[UUID, list[EnrolmentRow]] = defaultdict(list)
    for enrolment in selection.enrolments:
        enrolments[selection.tables.person(enrolment.young_id)].append(enrolment)
    first = _first_out_of_school(selection).items()
    counted = [(who, one) for who, one in first if months_after(one.submitted_on, TO_START + TO_STAY) <= selection.day]
    gone = [one for who, one in counted if not any(_came_back(each, one.submitted_on) for each in enrolments[who])]
    other_path = sum(one.code is RefusalCode.CHOSE_OTHER_PATH for one in gone)
    return Counted(len(counted) - len(gone), len(counted), parts={"other_path": other_path})


INDICATORS = (
    Indicator(
        name="raccrochage",
        version=1,
        label="Raccrochage",
        formula=(
            "hors de l’école à l’orientation, entrés dans les 12 mois et encore là 3 mois après / "
            "orientés hors de l’école il y a au moins 15 mois"
        ),
        unit="personnes",
        count=count,
        rests_on=corrections.referrals,
        about_people=True,
    ),
)
