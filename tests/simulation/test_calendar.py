"""The days of the simulation."""

from datetime import date

from deploy.simulation.calendar import calendar
from deploy.simulation.dates import BEGINS, ENDS


def test_the_days_follow_each_other_from_the_opening_to_the_last_reading() -> None:
    days = [day.on for day in calendar()]
    assert days == sorted(days)
    assert (days[0], days[-1]) == (BEGINS, ENDS)


def test_the_last_reading_is_two_years_after_the_first_pupils_completed() -> None:
    completed = [day.on for day in calendar() if day.name.startswith("complete")]
    assert completed == [date(2022, 6, 30), date(2023, 6, 30), date(2024, 6, 30)]
    assert date(2023 + 2, 6, 30) == ENDS


def test_intakes_are_open_before_anybody_is_referred() -> None:
    names = [day.name for day in calendar()]
    for year in range(2021, 2026):
        assert names.index(f"intakes {year}-01") < names.index(f"refer {year}-02")
