"""Who obtains the diploma: three rates, never one alone."""

from services.reporting.indicators import corrections
from services.reporting.indicators.figure import Counted, Indicator, Reference, Share
from services.reporting.indicators.people import entrants, finishers
from services.reporting.indicators.selection import Selection


def count(selection: Selection) -> Counted:
    """People who obtained a diploma / people presented. Absent counts as presented; a result not known yet is an unknown.

    A person counts once, whatever the number of sessions: obtained once is obtained. Beside: finishers presented /
    finishers, and people who obtained / entrants.
    """
    started = entrants(selection.people)
    presented = [person for person in started if person.presented]
    obtained = sum(person.obtained for person in presented)
    last_year = finishers(started)
    return Counted(
        numerator=obtained,
        denominator=len(presented),
        unknown=sum(person.awaits_result for person in presented),
        parts={
            "presented_of_last_year": Share(sum(person.presented for person in last_year), len(last_year)),
            "obtained_of_entrants": Share(obtained, len(started)),
        },
    )


INDICATORS = (
    Indicator(
        name="diploma_success",
        version=1,
        label="Réussite au diplôme",
        formula="diplômés / présentés à l’examen (les absents comptent comme présentés)",
        unit="personnes",
        count=count,
        rests_on=corrections.exams,
        about_people=True,
        reference=Reference(0.93, "93 %", "réseau des Écoles de Production, session non précisée", "2021-02"),
    ),
)
