"""Months, weeks, school years and ages, in France."""

import re
from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from pydantic import BeforeValidator

from shared.kernel.identifiers import checked, shown_as
from shared.kernel.strict import writes_a_day

PARIS = ZoneInfo("Europe/Paris")


def is_week(value: str) -> bool:
    """An ISO week such as 2025-W37 that exists in its year, of this century."""
    try:
        monday_of(value)
    except ValueError:
        return False
    return bool(re.fullmatch(r"[0-9]{4}-W[0-9]{2}", value)) and 2000 <= int(value[:4]) <= 2100


def is_school_year(value: str) -> bool:
    """Two consecutive years: 2025-2026. No calendar counts a year 0000."""
    found = re.fullmatch(r"([0-9]{4})-([0-9]{4})", value)
    return bool(found) and int(found[2]) == int(found[1]) + 1 and int(found[1]) > 0  # type: ignore[index]


def is_month(value: str) -> bool:
    """A month of a year: 2009-05."""
    return bool(re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", value)) and not value.startswith("0000")


def is_hour(value: str) -> bool:
    """An hour of the day in France: 14:30."""
    return bool(re.fullmatch(HOUR, value))


HOUR = "([01][0-9]|2[0-3]):[0-5][0-9]"
Hour = Annotated[str, checked(is_hour, "Une heure s’écrit 14:30."), shown_as("14:30", pattern=f"^{HOUR}$")]
Week = Annotated[
    str,
    checked(is_week, "Cette semaine n’existe pas ; on l’écrit 2025-W37."),
    shown_as("2025-W37", format="iso-week", pattern="^20[0-9]{2}-W[0-9]{2}$|^2100-W[0-9]{2}$"),
]
SchoolYear = Annotated[
    str,
    checked(is_school_year, "Une année scolaire s’écrit 2025-2026."),
    shown_as("2025-2026", format="school-year", pattern="^[0-9]{4}-[0-9]{4}$"),
]
MONTH = "^([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])-(0[1-9]|1[0-2])$"
BirthMonth = Annotated[str, checked(is_month, "Un mois de naissance s’écrit 2009-05."), shown_as("2009-05", pattern=MONTH)]
Month = Annotated[
    str, checked(is_month, "Seul le mois est attendu, sans le jour : écrivez 2025-03."), shown_as("2025-03", pattern=MONTH)
]
KeptMonth = Annotated[Month, BeforeValidator(lambda value: value[:7] if writes_a_day(value) else value)]
"""As it was told or kept: earlier builds said a day, of which the month alone is read."""


def hour_of(instant: datetime) -> str:
    """The hour in France of an instant, as 14:30."""
    return f"{instant.astimezone(PARIS):%H:%M}"


def monday_of(week: str) -> date:
    """The Monday of an ISO week. Raises ValueError when the year has no such week."""
    return date.fromisoformat(f"{week}-1")


def week_of(day: date) -> str:
    """The ISO week of a day, as 2025-W37."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def school_year_of(day: date) -> str:
    """The school year a day belongs to; it turns on the first of August."""
    first = day.year if day.month >= 8 else day.year - 1
    return f"{first}-{first + 1}"


def following(school_year: str) -> str:
    """The school year after this one."""
    first = int(school_year[:4]) + 1
    return f"{first}-{first + 1}"


def month_of(day: date) -> str:
    """The month a day is in, as 2025-03."""
    return f"{day:%Y-%m}"


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last day of a month that has none (Code de procédure civile, art. 641).

    Every anniversary, majority and horizon is counted by it: a 29 February comes round on 28 February.
    """
    return day + relativedelta(months=months)


def age_at(born: date, day: date) -> int:
    """The whole years that someone born on a day has reached on another: the birthday counts."""
    years = day.year - born.year
    return years - (months_after(born, 12 * years) > day)


def age_on(birth_month: str, day: date) -> int:
    """The age surely reached on a day by someone born in a month: counted from that month's last day."""
    return age_at(date.fromisoformat(f"{birth_month}-01") + relativedelta(day=31), day)
