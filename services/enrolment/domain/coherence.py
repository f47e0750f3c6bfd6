"""Whether the facts of an enrolment agree with each other, as they would after a correction: in French, those that do not."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from itertools import combinations, pairwise

from services.enrolment import labels
from services.enrolment.domain.diplomas import outcome_days
from services.enrolment.domain.enrolment import Enrolment, Sitting, YearOfStudy
from services.enrolment.domain.presence import MAY_FOLLOW, Fact, Step, stays, there_on
from services.enrolment.domain.sessions import REPLACEMENT, against_result, first_day, year_ended_by
from shared.events.students import EnrolmentStatus, Move, Result


def contradictions(enrolment: Enrolment, titles: Collection[str]) -> list[str]:
    """What does not hold together; `titles` are the programmes that lead to a titre professionnel."""
    return [
        *_of_steps(enrolment),
        *_of_years(enrolment),
        *_of_exams(enrolment, titles),
        *_of_outcomes(enrolment),
    ]


def overlaps(enrolments: Sequence[Enrolment]) -> int:
    """How many stays in two enrolments of one person have days in common; one may end on the day on which another begins."""
    every = [(place, stay) for place, one in enumerate(enrolments) for stay in stays(one.presence)]
    pairs = combinations(every, 2)
    return sum(of != other and a < until and begun < b for (of, (a, b)), (other, (begun, until)) in pairs)


def _of_steps(enrolment: Enrolment) -> Iterator[str]:
    steps = enrolment.presence
    for before, step in pairwise((None, *steps)):
        assert step is not None
        known = before.on if before else enrolment.enrolled_on
        if step.fact not in MAY_FOLLOW[before.fact if before else None]:
            yield f"{_the(step)} ne tient plus : corrigez d’abord ce fait."
        if step.on < known:
            yield f"{_the(step)} précède le {known:%d/%m/%Y}, où le fait d’avant a eu lieu."
        if step.fact in (Fact.START, Fact.NO_SHOW) and step.on < enrolment.starts_on:
            yield f"La rentrée est le {enrolment.starts_on:%d/%m/%Y}."
    if enrolment.status is EnrolmentStatus.COMPLETED and not enrolment.now.last_year:
        yield "La fin du parcours n’est pas dans une dernière année."


def _of_years(enrolment: Enrolment) -> Iterator[str]:
    for before, year in pairwise(enrolment.years):
        if year.since is None:
            continue
        if before.since and year.since < before.since:
            yield f"{_move(year)} précède le changement d’avant, du {before.since:%d/%m/%Y}."
        if year.since < enrolment.enrolled_on:
            yield f"{_move(year)} précède l’inscription, du {enrolment.enrolled_on:%d/%m/%Y}."
        if not _moves_while_there(enrolment, year, year.since):
            yield f"{_move(year)} tombe hors de la présence."


def _moves_while_there(enrolment: Enrolment, year: YearOfStudy, on: date) -> bool:
    """Present on that day; or due still, of who changed programme before they started."""
    started = enrolment.started_on
    if year.move is Move.CHANGED_PROGRAMME and (started is None or on <= started):
        return True
    return there_on(enrolment.presence, on)


def _of_exams(enrolment: Enrolment, titles: Collection[str]) -> Iterator[str]:
    for sitting in enrolment.exams:
        if not year_ended_by(enrolment, sitting.session, titles):
            yield f"La session {sitting.session} n’est plus celle d’une dernière année de ce parcours."
        if enrolment.started_on is None or (sitting.registered_on and sitting.registered_on < enrolment.started_on):
            yield f"L’élève est inscrit à la session {sitting.session} avant d’avoir commencé."
        if sitting.result and sitting.result_on and (no := against_result(enrolment, sitting, sitting.result, sitting.result_on)):
            yield no.sentence
        if not _is_open_to(enrolment, sitting, titles):
            yield f"La session {sitting.session} ne remplace plus d’absence justifiée."


def _is_open_to(enrolment: Enrolment, sitting: Sitting, titles: Collection[str]) -> bool:
    """A replacement session stands by the absence that it replaces."""
    year = year_ended_by(enrolment, sitting.session, titles)
    if first_day(sitting.session).month != REPLACEMENT or year is None or year.programme in titles:
        return True
    same_year = (one for one in enrolment.exams if one.session[:4] == sitting.session[:4])
    return any(one.result is Result.ABSENT_JUSTIFIED for one in same_year)


def _of_outcomes(enrolment: Enrolment) -> Iterator[str]:
    for outcome in enrolment.outcomes:
        if enrolment.left_on is None:
            yield f"Un devenir à {outcome.horizon} mois est déclaré après ce départ : corrigez-le d’abord."
            continue
        first, last = outcome_days(enrolment.left_on, outcome.horizon)
        if not first <= outcome.on <= last:
            yield f"Le devenir à {outcome.horizon} mois n’est plus déclaré en son temps : corrigez-le d’abord."


def _the(step: Step) -> str:
    return f"{labels.FACTS[step.fact]} du {step.on:%d/%m/%Y}"


def _move(year: YearOfStudy) -> str:
    assert year.move is not None
    return f"{labels.MOVES[year.move]} du {year.since:%d/%m/%Y}"
