"""Ages and anniversaries."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.calendar import MONTH, age_at, age_on, is_month, is_school_year, months_after

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        ("2008-02-29", "2026-02-27", 17),
        ("2008-02-29", "2026-02-28", 18),  # no 29th that year: the month's last day
        ("2008-02-29", "2024-02-28", 15),
        ("2008-02-29", "2024-02-29", 16),
        ("2008-02-28", "2024-02-28", 16),
        ("2008-03-01", "2026-02-28", 17),
        ("2008-12-31", "2026-12-30", 17),
        ("2008-12-31", "2026-12-31", 18),
    ],
)
def test_an_age_is_reached_on_the_birthday_or_on_the_last_day_of_a_month_without_it(born: str, day: str, age: int) -> None:
    assert age_at(date.fromisoformat(born), date.fromisoformat(day)) == age


def test_a_year_that_no_calendar_counts_is_in_no_school_year_nor_birth_month() -> None:
    assert not any(map(is_school_year, ("0000-0001", "9999-10000", "2025-2027", "２０２５-2026")))
    assert is_school_year("2025-2026")
    assert not any(map(is_month, ("0000-05", "2009-13", "2009-00")))
    assert is_month("2009-05")
    months = ("0000-05", "0001-01", "0010-01", "0100-01", "1000-01", "9999-12", "2009-13", "2009-00", "2009-5")
    assert [bool(re.search(MONTH, month)) for month in months] == [is_month(month) for month in months]  # as its schema says


def test_a_birth_month_of_february_is_counted_by_the_same_rule() -> None:
    days = (date(2026, 2, 27), date(2026, 2, 28))
    assert [age_on("2008-02", day) for day in days] == [17, 18]
    assert [age_on("2007-02", day) for day in (date(2024, 2, 27), date(2024, 2, 28))] == [16, 17]


@pytest.mark.parametrize(("months", "due"), [(6, "2024-08-29"), (12, "2025-02-28"), (18, "2025-08-29"), (24, "2026-02-28")])
def test_a_horizon_counted_from_a_29_february_ends_with_its_month(months: int, due: str) -> None:
    assert months_after(date(2024, 2, 29), months) == date.fromisoformat(due)


@given(st.dates(date(1980, 1, 1), date(2030, 12, 31)), st.integers(0, 40))
def test_an_age_begins_on_its_anniversary_whatever_the_day_of_birth(born: date, years: int) -> None:
    anniversary = months_after(born, 12 * years)
    assert (age_at(born, anniversary), age_at(born, anniversary - timedelta(days=1))) == (years, years - 1)


def test_days_and_years_are_counted_in_the_calendar_alone() -> None:
    others = [
        file for room in ("services", "shared", "deploy") for file in (ROOT / room).rglob("*.py") if file.name != "calendar.py"
    ]
    assert [str(file) for file in others if re.search(r"relativedelta|replace\(year|\.month, \w+\.day\)", file.read_text())] == []
