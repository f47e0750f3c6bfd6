"""The days that every school year turns on, and those between which the simulation runs."""

from datetime import date, datetime, time

from shared.kernel.calendar import PARIS, months_after

FIRST, LAST = 2021, 2025
CAMPAIGNS = tuple(range(FIRST, LAST + 1))
"""The years of entry. The last spring has only begun when the simulation ends."""
BEGINS = date(FIRST, 1, 5)
ENDS = date(LAST, 6, 30)
"""Twenty-four months after the first CAP pupils left, to the day."""
WAVES = 4
"""Referrals come in so many waves a spring, a month apart."""


def wave_day(year: int, wave: int) -> date:
    """The day on which a wave of referrals has come in."""
    return months_after(date(year, 2, 20), wave)


def school_year(entry: int) -> str:
    """The school year that begins in September of a year."""
    return f"{entry}-{entry + 1}"


def at_eight(day: date) -> datetime:
    """Eight in the morning of a day in France: where the simulated clock stands."""
    return datetime.combine(day, time(8), PARIS)
