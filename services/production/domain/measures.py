"""The two measures of hours, and what they make us say: production share (target two thirds), practice share (60 %)."""

from collections.abc import Mapping
from datetime import date

from pydantic import BaseModel

from services.production.domain.pupils import Pupil
from services.production.domain.weeks import in_hours
from shared.events.production import Hours

LONGEST_MINOR_WEEK = 35 * 60
"""Minutes of presence in a week, under 18."""

Sums = Mapping[str, int]
"""Minutes by kind, of one week or of many."""


class Shares(BaseModel):
    """production / (production + practice + teaching), and (production + practice) / the same. None without such hours."""

    production_share: float | None
    practice_share: float | None


class Alert(BaseModel):
    """Something to look at; it never rejects an hour."""

    code: str
    detail: str


def shares(minutes: Sums) -> Shares:
    """Both measures of some hours."""
    production, practice, total = _parts(minutes)
    if not total:
        return Shares(production_share=None, practice_share=None)
    return Shares(production_share=production / total, practice_share=(production + practice) / total)


def alerts(*, pupil: Pupil, monday: date, week: Sums, year: Sums) -> list[Alert]:
    """What a pupil's week, and their school year up to it, ask to look at."""
    found = []
    present = sum(week[kind] for kind in ("production", "practice", "teaching", "placement"))
    if pupil.is_minor(monday) and present > LONGEST_MINOR_WEEK:
        found.append(Alert(code="minor_over_35_hours", detail=f"{in_hours(present)} de présence : un mineur n'en fait que 35."))
    production, practice, total = _parts(year)
    if 3 * production < 2 * total:
        said = f"Depuis la rentrée, {100 * production // total} % de production : la cible est de deux tiers."
        found.append(Alert(code="production_share_low", detail=said))
    if 5 * (production + practice) < 3 * total:
        said = f"Depuis la rentrée, {100 * (production + practice) // total} % de pratique : la cible est de 60 %."
        found.append(Alert(code="practice_share_low", detail=said))
    return found


def added(*weeks: Sums) -> dict[str, int]:
    """The minutes of several, by kind."""
    return {kind: sum(week.get(kind, 0) for week in weeks) for kind in Hours.model_fields}


def _parts(minutes: Sums) -> tuple[int, int, int]:
    """Production, practice, and the two with teaching."""
    production, practice = minutes["production"], minutes["practice"]
    return production, practice, production + practice + minutes["teaching"]
