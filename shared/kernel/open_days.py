"""Open days, the one rule of all delays: Monday to Friday, but public holidays, zone by zone, and closures of a school."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from functools import cache, cached_property
from typing import Self

from holidays import country_holidays
from pydantic import BaseModel, ConfigDict, model_validator

from shared.kernel.strict import Day

DAY = timedelta(days=1)


class HolidayZone(StrEnum):
    """Whose public holidays are kept: they differ in Alsace and Moselle (ordonnance du 16 août 1892), and overseas."""

    METROPOLITAN = "metropolitan"
    ALSACE_MOSELLE = "alsace_moselle"
    GUADELOUPE = "guadeloupe"
    MARTINIQUE = "martinique"
    GUYANE = "guyane"
    REUNION = "reunion"
    SAINT_PIERRE_ET_MIQUELON = "saint_pierre_et_miquelon"
    MAYOTTE = "mayotte"
    SAINT_BARTHELEMY = "saint_barthelemy"
    SAINT_MARTIN = "saint_martin"
    WALLIS_ET_FUTUNA = "wallis_et_futuna"
    POLYNESIE = "polynesie"
    NOUVELLE_CALEDONIE = "nouvelle_caledonie"


Z = HolidayZone
SUBDIVISIONS: Mapping[HolidayZone, str | None] = {
    Z.METROPOLITAN: None, Z.ALSACE_MOSELLE: "57", Z.GUADELOUPE: "971", Z.MARTINIQUE: "972", Z.GUYANE: "973", Z.REUNION: "974",
    Z.SAINT_PIERRE_ET_MIQUELON: "PM", Z.MAYOTTE: "976", Z.SAINT_BARTHELEMY: "BL", Z.SAINT_MARTIN: "MF",
    Z.WALLIS_ET_FUTUNA: "WF", Z.POLYNESIE: "PF", Z.NOUVELLE_CALEDONIE: "NC",
}  # fmt: skip
"""What the library `holidays` calls each zone."""
ZONES: Mapping[str, HolidayZone] = {
    **dict.fromkeys(("57", "67", "68"), Z.ALSACE_MOSELLE), "971": Z.GUADELOUPE, "972": Z.MARTINIQUE, "973": Z.GUYANE,
    "974": Z.REUNION, "975": Z.SAINT_PIERRE_ET_MIQUELON, "976": Z.MAYOTTE, "977": Z.SAINT_BARTHELEMY, "978": Z.SAINT_MARTIN,
    "986": Z.WALLIS_ET_FUTUNA, "987": Z.POLYNESIE, "988": Z.NOUVELLE_CALEDONIE,
}  # fmt: skip


def zone_of(department: str) -> HolidayZone:
    """The zone that a department is in."""
    return ZONES.get(department, Z.METROPOLITAN)


class Closure(BaseModel):
    """Days on which a school is closed, both of them included."""

    model_config = ConfigDict(frozen=True)
    first_day: Day
    last_day: Day

    @model_validator(mode="after")
    def ends_when_it_begins_or_later(self) -> Self:
        if self.last_day < self.first_day:
            raise ValueError("Une fermeture finit le jour où elle commence, ou après.")
        return self


class OpenDays(BaseModel):
    """Which days are open: those of a school, or, with nothing said, of metropolitan France."""

    model_config = ConfigDict(frozen=True)
    zone: HolidayZone = Z.METROPOLITAN
    closures: tuple[Closure, ...] = ()

    def has(self, day: date) -> bool:
        """Whether a day is open."""
        return _is_worked(day, self.zone) and day not in self._closed

    def between(self, since: date, until: date) -> int:
        """How many are after one day and up to another, which counts. None where the other comes first."""
        return _worked_between(since, until, self.zone) - sum(since < day <= until for day in self._closed)

    def after(self, since: date, days: int) -> date:
        """The day on which so many open days have passed since one: that one itself, for none."""
        day = since
        while days > 0:
            day += DAY
            days -= self.has(day)
        return day

    @cached_property
    def _closed(self) -> frozenset[date]:
        """The days that closures alone take away, each once."""
        spans = ((one.first_day, (one.last_day - one.first_day).days + 1) for one in self.closures)
        days = {first + extra * DAY for first, length in spans for extra in range(length)}
        return frozenset(day for day in days if _is_worked(day, self.zone))


def two_thirds(days: int) -> int:
    """Of a delay, in whole days: when so many have passed, two thirds have."""
    return -(-2 * days // 3)


@cache
def _holidays(year: int, zone: HolidayZone) -> frozenset[date]:
    """The public holidays of a zone in a year that fall from Monday to Friday."""
    found = country_holidays("FR", subdiv=SUBDIVISIONS[zone], years=year)
    return frozenset(day for day in found if day.weekday() < 5)


def _is_worked(day: date, zone: HolidayZone) -> bool:
    return day.weekday() < 5 and day not in _holidays(day.year, zone)


def _worked_between(since: date, until: date, zone: HolidayZone) -> int:
    if until <= since:
        return 0
    weeks, rest = divmod((until - since).days, 7)
    weekdays = weeks * 5 + sum((since + extra * DAY).weekday() < 5 for extra in range(1, rest + 1))
    return weekdays - sum(since < day <= until for year in range(since.year, until.year + 1) for day in _holidays(year, zone))
