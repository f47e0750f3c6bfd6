"""How many stop on the way."""

from services.reporting.indicators import corrections
from services.reporting.indicators.figure import Counted, Indicator
from services.reporting.indicators.people import entrants
from services.reporting.indicators.selection import Selection


def count(selection: Selection) -> Counted:
    """Entrants whose last started enrolment is interrupted and not resumed / entrants. No delay: an interruption counts at once.

    Those who were enrolled in the perimeter and never started there are apart (`did_not_start`).
    """
    started = entrants(selection.people)
    others = [person for person in selection.people if not person.started_on]
    never_came = [person for person in others if all(enrolment.did_not_start_on for enrolment in person.enrolments)]
    return Counted(
        numerator=sum(person.interrupted for person in started),
        denominator=len(started),
        parts={"did_not_start": len(never_came)},
    )


INDICATORS = (
    Indicator(
        name="interruption",
        version=1,
        label="Interruptions",
        formula="interruptions sans reprise / entrants ; ceux qui ne sont jamais venus sont comptés à part",
        unit="personnes",
        count=count,
        rests_on=corrections.enrolments,
        about_people=True,
    ),
)
