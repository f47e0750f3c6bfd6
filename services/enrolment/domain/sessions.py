"""Examination sessions: which one ends a year of study, when one is registered for it, and when a result may be known.

A diploma (CAP, baccalauréat professionnel) is sat from May to July. In September, the replacement session is for those who
have a justified absence there (Code de l’éducation, art. D. 337-157 for one diploma, and its like for each). Academies
register for June in October and November; late files come through until March. A titre professionnel is sat any month.
"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from services.enrolment.domain.enrolment import Enrolment, Sitting, YearOfStudy
from shared.events.students import Result
from shared.kernel.calendar import school_year_of

MAIN, REPLACEMENT = (5, 6, 7), 9
"""Months of a diploma's sessions."""
OPENS, CLOSES = (10, 1), (3, 31)
"""Month and day between which one registers for a main session."""
KNOWN_BY = (12, 31)
"""The last day of the session's civil year on which its result may be said to have come."""


class No(NamedTuple):
    """Why a rule of sessions says no."""

    code: str
    sentence: str


def first_day(session: str) -> date:
    """The first day of a session's month."""
    return date.fromisoformat(f"{session}-01")


def year_ended_by(enrolment: Enrolment, session: str, titles: Collection[str]) -> YearOfStudy | None:
    """The last year of study that a session ends, if it ends one. `titles`: the programmes that lead to a titre professionnel."""
    first = first_day(session)
    of_a_diploma = f"{first.year - 1}-{first.year}" if first.month in (*MAIN, REPLACEMENT) else None
    for year in reversed(enrolment.years):
        ends = school_year_of(first) if year.programme in titles else of_a_diploma
        if year.last_year and year.school_year == ends:
            return year
    return None


def against_registering(enrolment: Enrolment, session: str, titles: Collection[str], on: date) -> No | None:
    """Why a pupil cannot be registered for a session on a day."""
    year = year_ended_by(enrolment, session, titles)
    if year is None:
        return No("not_last_year", f"La session {session} n’est pas celle d’une dernière année de ce parcours.")
    if any(sitting.result is Result.OBTAINED for sitting in enrolment.exams):
        return No("already_obtained", "Ce diplôme est déjà obtenu.")
    others = [one for one in enrolment.exams if year_ended_by(enrolment, one.session, titles) == year and one.session != session]
    if year.programme in titles:
        return _against_another_title(others) or _outside(session, on, date(int(year.school_year[:4]), 8, 1), first_day(session))
    if first_day(session).month == REPLACEMENT:
        return _against_replacing(others, session, on)
    if others:
        return No("another_session", "Cet élève est déjà présenté à une session de la même année.")
    return _outside(session, on, date(int(year.school_year[:4]), *OPENS), date(int(year.school_year[5:]), *CLOSES))


def against_result(enrolment: Enrolment, sitting: Sitting, result: Result, on: date) -> No | None:
    """Why a result cannot have come on a day."""
    first = first_day(sitting.session)
    last = date(first.year, *KNOWN_BY)
    if not first <= on <= last:
        code = "too_early" if on < first else "too_late"
        return No(code, f"Le résultat de la session {sitting.session} est connu du {first:%d/%m/%Y} au {last:%d/%m/%Y}.")
    others = [one for one in enrolment.exams if one.exam_id != sitting.exam_id]
    if result is Result.OBTAINED and any(one.result is Result.OBTAINED for one in others):
        return No("already_obtained", "Ce diplôme est déjà obtenu.")
    return None


def _against_another_title(others: Sequence[Sitting]) -> No | None:
    if any(one.result is None for one in others):
        return No("another_session", "Cet élève attend le résultat d’une autre session.")
    return None


def _against_replacing(others: Sequence[Sitting], session: str, on: date) -> No | None:
    missed = [one for one in others if one.result is Result.ABSENT_JUSTIFIED]
    if not missed:
        return No("nothing_to_replace", "La session de septembre remplace une absence justifiée en juin, et rien d’autre.")
    return _outside(session, on, first_day(missed[-1].session), first_day(session))


def _outside(session: str, on: date, opens: date, closes: date) -> No | None:
    if opens <= on <= closes:
        return None
    sentence = f"On s’inscrit à la session {session} du {opens:%d/%m/%Y} au {closes:%d/%m/%Y}."
    return No("too_early" if on < opens else "too_late", sentence)
