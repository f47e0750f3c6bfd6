"""How many stop on the way."""

from services.reporting.indicators import corrections
from services.reporting.indicators.figure import Counted, Indicator
from services.reporting.indicators.people import entrants
from services.reporting.indicators.selection import Selection


def count(selection: Selection) -> Counted:
    """Entrants whose last started enrolment is interrupted and not resumed / entrants. No delay: an interruption counts at once.

    Those who were enrolled in the perimeter and never started there are apart: missed the start (`did_not_start`), or gave
    every place up before it (`gave_up`).
    """
    started = entrants(selection.people)
    others = [person for person in selection.people if not person.started_on]
    ended = [person for person in others if all(one.did_not_start_on or one.gave_up_on for one in person.enrolments)]
    never_came = sum(any(one.did_not_start_on for one in person.enrolments) for person in ended)
    return Counted(
        numerator=sum(person.interrupted for person in started),
        denominator=len(started),
        parts={"did_not_start": never_came, "gave_up": len(ended) - never_came},
    )


INDICATORS = (
    Indicator(
        name="interruption",
        version=1,
        label="Interruptions",
        formula="interruptions sans reprise / entrants ; ceux qui ne sont jamais venus, ou se sont désistés, sont comptés à part",
        unit="personnes",
        count=count,
        rests_on=corrections.enrolments,
        about_people=True,
    ),
)
