"""The two measures of hours, and what they make us say: production share (target two thirds), practice share (60 %)."""

from collections.abc import Iterable
from datetime import date

from pydantic import BaseModel, ConfigDict

from services.production.domain.pupils import Pupil
from services.production.labels import hours
from shared.events.production import Hours

MAX_MINOR_WEEK_MINUTES = 35 * 60
"""Minutes of presence in a week, under 18."""

LONGEST_LEGAL_WEEK_MINUTES = 48 * 60
"""Code du travail, L. 3121-20: 48 hours in one week, whoever works."""


class TotalHours(Hours):
    """Minutes by kind of many weeks: the bounds of one week do not hold."""

    production: int = 0
    practice: int = 0
    teaching: int = 0
    placement: int = 0
    absence_justified: int = 0
    absence_unjustified: int = 0


class Shares(BaseModel):
    """production / (production + practice + teaching), and (production + practice) / the same. None without such hours."""

    model_config = ConfigDict(frozen=True)
    production_share: float | None
    practice_share: float | None


class Alert(BaseModel):
    """Something to look at; it never rejects an hour."""

    model_config = ConfigDict(frozen=True)
    code: str
    detail: str


def warnings(week: Hours) -> list[Alert]:
    """What looks mistyped in a week that could be: more hours than the law lets anybody work may be minutes."""
    typed = sum(week.model_dump().values())
    if typed <= LONGEST_LEGAL_WEEK_MINUTES:
        return []
    return [Alert(code="looks_like_minutes", detail=f"{hours(typed)} dans la semaine : s’agit-il de minutes ?")]


def total(weeks: Iterable[Hours]) -> TotalHours:
    """The minutes of several weeks, by kind."""
    weeks = list(weeks)
    return TotalHours(**{kind: sum(getattr(week, kind) for week in weeks) for kind in Hours.model_fields})


def shares(minutes: Hours) -> Shares:
    """Both measures of some hours."""
    if not (whole := _trained(minutes)):
        return Shares(production_share=None, practice_share=None)
    practised = minutes.production + minutes.practice
    return Shares(production_share=minutes.production / whole, practice_share=practised / whole)


def alerts(*, pupil: Pupil, monday: date, week: Hours, year: Hours) -> list[Alert]:
    """What a pupil's week, and their school year up to it, ask to look at."""
    return [*_of_a_week(pupil, monday, week), *_of_a_year(year)]


def _of_a_week(pupil: Pupil, monday: date, week: Hours) -> Iterable[Alert]:
    present = _trained(week) + week.placement
    if pupil.is_minor(monday) and present > MAX_MINOR_WEEK_MINUTES:
        yield Alert(code="minor_over_35_hours", detail=f"{hours(present)} de présence : un mineur n’en fait que 35.")


def _of_a_year(year: Hours) -> Iterable[Alert]:
    production, practised, whole = year.production, year.production + year.practice, _trained(year)
    if 3 * production < 2 * whole:
        detail = f"Depuis la rentrée, {100 * production // whole} % de production : la cible est de deux tiers."
        yield Alert(code="production_share_low", detail=detail)
    if 5 * practised < 3 * whole:
        detail = f"Depuis la rentrée, {100 * practised // whole} % de pratique : la cible est de 60 %."
        yield Alert(code="practice_share_low", detail=detail)


def _trained(minutes: Hours) -> int:
    """Production, practice and teaching: what both measures are shares of."""
    return minutes.production + minutes.practice + minutes.teaching
