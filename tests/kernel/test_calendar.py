"""Open days in metropolitan France."""

from datetime import date, timedelta

import pytest
from holidays import country_holidays
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.calendar import open_days_between


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        ("2024-03-01", "2024-03-04", 1),  # Friday to Monday
        ("2024-03-04", "2024-03-11", 5),
        ("2024-03-04", "2024-03-04", 0),
        ("2024-03-01", "2024-03-03", 0),
        ("2024-03-28", "2024-04-02", 2),  # Good Friday is open, Easter Monday is not
        ("2024-04-30", "2024-05-10", 5),  # 1 May, 8 May, Ascension
        ("2024-12-24", "2025-01-02", 5),  # Christmas, New Year
    ],
)
def test_open_days_are_monday_to_friday_but_public_holidays(since: str, until: str, days: int) -> None:
    assert open_days_between(date.fromisoformat(since), date.fromisoformat(until)) == days


@given(st.dates(date(2015, 1, 1), date(2035, 1, 1)), st.integers(0, 900))
def test_open_days_are_those_that_one_counts_day_by_day(since: date, length: int) -> None:
    france = country_holidays("FR")
    days = (since + timedelta(days=extra) for extra in range(1, length + 1))
    assert open_days_between(since, since + timedelta(days=length)) == sum(map(france.is_working_day, days))
