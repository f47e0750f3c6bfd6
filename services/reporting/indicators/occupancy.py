"""Whether the seats are taken."""

from services.reporting.indicators import corrections
from services.reporting.indicators.figure import Counted, Indicator
from services.reporting.indicators.perimeter import PerimeterKind
from services.reporting.indicators.selection import Selection
from shared.kernel.calendar import school_year_of


def count(selection: Selection) -> Counted:
    """Active pupils / seats, of the school year that the day belongs to (it turns on the first of August).

    Active: enrolled for that school year, and neither absent from the start, interrupted nor completed. So a place
    confirmed for the present school year counts from the confirmation. Seats of every year of study.
    """
    year = school_year_of(selection.day)
    active = {selection.tables.person(e.young_id) for e in selection.enrolments if e.in_school_year(year) and e.holds_a_seat}
    seats = sum(intake.seats for intake in selection.intakes if intake.school_year == year)
    return Counted(len(active), seats, parts={"school_year": year})


INDICATORS = (
    Indicator(
        name="occupancy",
        version=1,
        label="Places occupées",
        formula="élèves actifs / places, de l’année scolaire en cours",
        unit="places",
        count=count,
        rests_on=corrections.every_enrolment,
        perimeters=(PerimeterKind.NETWORK, PerimeterKind.SCHOOL, PerimeterKind.PROGRAMME),
        by_cohort=False,
    ),
)
