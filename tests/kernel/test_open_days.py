"""Open days: the one rule of delays, by zone and with a school's closures."""

from datetime import date, timedelta

import pytest
from holidays import country_holidays
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.kernel.open_days import SUBDIVISIONS, Closure, HolidayZone, OpenDays, two_thirds, zone_of

DAY = timedelta(days=1)
DAYS = st.dates(date(2015, 1, 1), date(2035, 1, 1))
CLOSURES = st.lists(
    st.builds(lambda first, length: Closure(first_day=first, last_day=first + length * DAY), DAYS, st.integers(0, 30)), max_size=4
)
SCHOOLS = st.builds(OpenDays, zone=st.sampled_from(HolidayZone), closures=CLOSURES.map(tuple))


def near(day: date, school: OpenDays) -> OpenDays:
    """The same school, whose closures begin about a day, so that they matter."""
    moved = (
        Closure(first_day=day + n * DAY, last_day=day + n * DAY + (c.last_day - c.first_day))
        for n, c in enumerate(school.closures)
    )
    return OpenDays(zone=school.zone, closures=tuple(moved))


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        ("2024-03-01", "2024-03-04", 1),  # Friday to Monday
        ("2024-03-04", "2024-03-11", 5),
        ("2024-03-04", "2024-03-04", 0),
        ("2024-03-05", "2024-03-04", 0),
        ("2024-03-01", "2024-03-03", 0),
        ("2024-03-28", "2024-04-02", 2),  # Good Friday is open, Easter Monday is not
        ("2024-04-30", "2024-05-10", 5),  # 1 May, 8 May, Ascension
        ("2024-12-24", "2025-01-02", 5),  # Christmas, New Year
    ],
)
def test_open_days_are_monday_to_friday_but_public_holidays(since: str, until: str, days: int) -> None:
    assert OpenDays().between(date.fromisoformat(since), date.fromisoformat(until)) == days


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        (HolidayZone.ALSACE_MOSELLE, "2024-03-29"),  # Good Friday
        (HolidayZone.ALSACE_MOSELLE, "2024-12-26"),
        (HolidayZone.GUADELOUPE, "2024-05-27"),
        (HolidayZone.MARTINIQUE, "2024-05-22"),
        (HolidayZone.GUYANE, "2024-06-10"),
        (HolidayZone.REUNION, "2024-12-20"),
        (HolidayZone.MAYOTTE, "2026-04-27"),
    ],
)
def test_a_zone_keeps_holidays_that_others_work(zone: HolidayZone, day: str) -> None:
    assert not OpenDays(zone=zone).has(date.fromisoformat(day))
    assert OpenDays().has(date.fromisoformat(day))


@pytest.mark.parametrize(
    ("department", "zone"), [("25", "metropolitan"), ("2A", "metropolitan"), ("67", "alsace_moselle"), ("974", "reunion")]
)
def test_a_department_is_in_a_zone(department: str, zone: str) -> None:
    assert zone_of(department) == zone


@given(DAYS, st.integers(0, 500), SCHOOLS)
def test_they_are_those_that_one_counts_day_by_day(since: date, length: int, school: OpenDays) -> None:
    school = near(since, school)
    france = country_holidays("FR", subdiv=SUBDIVISIONS[school.zone])
    days = [since + extra * DAY for extra in range(1, length + 1)]
    closed = {day for one in school.closures for day in days if one.first_day <= day <= one.last_day}
    assert school.between(since, since + length * DAY) == sum(france.is_working_day(day) and day not in closed for day in days)


@given(DAYS, st.integers(1, 60), SCHOOLS)
def test_a_delay_ends_on_the_first_day_by_which_its_open_days_have_passed(since: date, days: int, school: OpenDays) -> None:
    school = near(since, school)
    end = school.after(since, days)
    assert school.has(end)
    assert school.between(since, end) == days
    assert school.between(since, end - DAY) == days - 1


@given(DAYS, st.integers(0, 60), SCHOOLS, CLOSURES)
def test_a_closure_never_brings_an_end_forward(since: date, days: int, school: OpenDays, more: list[Closure]) -> None:
    closed = near(since, OpenDays(zone=school.zone, closures=(*school.closures, *more)))
    open_days = near(since, school)
    assert closed.after(since, days) >= open_days.after(since, days)


@given(DAYS, st.integers(0, 60), SCHOOLS, CLOSURES)
def test_neither_the_order_of_closures_nor_saying_one_twice_matters(
    since: date, days: int, school: OpenDays, more: list[Closure]
) -> None:
    one, other = (OpenDays(zone=school.zone, closures=tuple(c)) for c in ([*more, *more], more[::-1]))
    assert one.after(since, days) == other.after(since, days)
    assert one.between(since, since + 90 * DAY) == other.between(since, since + 90 * DAY)


@given(st.integers(0, 200))
def test_two_thirds_are_past_once_so_many_whole_days_are(days: int) -> None:
    assert 3 * two_thirds(days) >= 2 * days > 3 * (two_thirds(days) - 1)


def test_a_closure_ends_when_it_begins_or_later() -> None:
    with pytest.raises(ValidationError):
        Closure(first_day=date(2025, 7, 2), last_day=date(2025, 7, 1))
