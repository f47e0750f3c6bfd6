"""Whether the seats are taken."""

from services.reporting.indicators.figure import Counted, Indicator
from services.reporting.indicators.perimeter import Scoped
from shared.kernel.calendar import school_year_of


def count(scoped: Scoped) -> Counted:
    """Active pupils / seats, of the school year that the day belongs to (it turns on the first of August).

    Active: enrolled for that school year, and neither absent from the start, interrupted nor completed. So a place
    confirmed for the present school year counts from the confirmation. Seats of every year of study.
    """
    year = school_year_of(scoped.day)
    active = {e.young_id for e in scoped.enrolments if year in e.school_years and e.holds_a_seat}
    seats = sum(intake["seats"] for intake in scoped.intakes if intake["school_year"] == year)
    return Counted(len(active), seats, parts={"school_year": year})


INDICATORS = (
    Indicator(
        name="occupancy",
        version=1,
        label="Places occupées",
        formula="élèves actifs / places, de l'année scolaire en cours",
        unit="places",
        count=count,
        scopes=("network", "school", "programme"),
        by_cohort=False,
    ),
)
