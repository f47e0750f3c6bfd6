"""Decisions on what a pupil obtains and becomes: exams, diplomas, outcomes."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from uuid import UUID

from services.enrolment.domain.continuing import left_before
from services.enrolment.domain.enrolment import Enrolment, Outcome, Sitting, exam_id_of
from services.enrolment.domain.pupil import Pupil, PupilEvent, common_fields
from services.enrolment.domain.pupils import ensure_allowed, open_moves
from services.enrolment.domain.sessions import No, against_registering, against_result, year_ended_by
from services.enrolment.domain.statuses import ENROLMENT, EnrolmentAction
from services.enrolment.domain.visibility import own_enrolments
from shared.events import students as events
from shared.events.students import HORIZONS, Result
from shared.kernel.calendar import months_after
from shared.kernel.errors import Invalid, Move, NotFound, Refused
from shared.kernel.transitions import not_before

TOLERANCE = timedelta(days=30)
"""How long before and after a horizon its outcome may be declared."""


def register_exam(pupil: Pupil, *, school: str | None, session: str, titles: Collection[str] = (), on: date) -> list[PupilEvent]:
    """Present a pupil to the session (the month, 2026-06) that ends their last year; `titles` as in `sessions`."""
    enrolment = ending_in(pupil, school, session, titles)
    if any(sitting.session == session for sitting in enrolment.exams):
        return []
    ENROLMENT.ensure(enrolment.status, EnrolmentAction.SIT_AN_EXAM, on=on, since=enrolment.started_on)
    refuse(against_registering(enrolment, session, titles, on), open_moves(enrolment, EnrolmentAction.SIT_AN_EXAM))
    exam_id = _free_id(enrolment, session)
    return [events.ExamRegistered(**common_fields(pupil, enrolment, on), exam_id=exam_id, session=session)]


def give_result(pupil: Pupil, *, school: str | None, exam_id: UUID, result: Result, on: date) -> list[PupilEvent]:
    """Obtained, failed or absent, once the session has begun. The same again changes nothing; another one is a correction."""
    enrolment, sitting = sitting_of(pupil, school, exam_id)
    if sitting.result is result:
        return []
    if sitting.result is not None:
        sentence = "Le résultat de cet examen est déjà donné : il se corrige."
        raise Refused("already_given", sentence, moves=open_moves(enrolment))
    not_before(enrolment.started_on, on, subject=ENROLMENT.labels.subject, moves=open_moves(enrolment))
    refuse(against_result(enrolment, sitting, result, on), open_moves(enrolment))
    fields = {**common_fields(pupil, enrolment, on), "exam_id": exam_id}
    if result is Result.OBTAINED:
        return [events.DiplomaObtained(**fields)]
    absent = result in (Result.ABSENT, Result.ABSENT_JUSTIFIED)
    return [events.DiplomaFailed(**fields, absent=absent, justified=result is Result.ABSENT_JUSTIFIED)]


def ending_in(pupil: Pupil, school: str | None, session: str, titles: Collection[str]) -> Enrolment:
    """The enrolment of which a session ends a year: an earlier one too, of who goes on in another; else the last. NotFound."""
    last = pupil.last(school)
    own = reversed(own_enrolments(pupil.enrolments, school))
    return next((one for one in own if year_ended_by(one, session, titles)), last)


def sitting_of(pupil: Pupil, school: str | None, exam_id: UUID) -> tuple[Enrolment, Sitting]:
    """An examination of this school's, in whichever enrolment. Raises NotFound."""
    for enrolment in own_enrolments(pupil.enrolments, school):
        if sitting := enrolment.exam(exam_id):
            return enrolment, sitting
    raise NotFound("Cette présentation à l’examen")


def refuse(no: No | None, moves: Sequence[Move]) -> None:
    """Raise Refused where a rule says no."""
    if no:
        raise Refused(no.code, no.sentence, moves=moves)


def _free_id(enrolment: Enrolment, session: str) -> UUID:
    """One exam per enrolment and session; a session that was corrected to another one keeps its id."""
    exam_id = exam_id_of(enrolment.enrolment_id, session)
    while enrolment.exam(exam_id):
        exam_id = exam_id_of(exam_id, session)
    return exam_id


def declare_outcome(pupil: Pupil, *, school: str | None, enrolment_id: UUID | None = None, outcome: Outcome) -> list[PupilEvent]:
    """What became of a leaver, around 6, 12, 18 or 24 months after leaving. No source's word overwrites another's.

    Of the enrolment that they left then, or of the one that is said.
    """
    enrolment = (pupil.enrolment(enrolment_id) if enrolment_id else None) or left_before(
        pupil, school, horizon=outcome.horizon, within=TOLERANCE, on=outcome.on
    )
    ensure_allowed(enrolment, EnrolmentAction.DECLARE_AN_OUTCOME, outcome.on)
    if already_declared(enrolment, outcome):
        return []
    ensure_in_its_time(enrolment, outcome.horizon, outcome.on)
    return [events.OutcomeDeclared(**{**outcome.model_dump(), **common_fields(pupil, enrolment, outcome.on)})]


def already_declared(enrolment: Enrolment, outcome: Outcome) -> bool:
    """Whether this is the last word of the same source, of one agency among several, at the same horizon."""
    asked = (outcome.horizon, outcome.source, outcome.agency)
    same = [one for one in enrolment.outcomes if (one.horizon, one.source, one.agency) == asked]
    return bool(same) and same[-1].model_copy(update={"on": outcome.on}) == outcome


def ensure_in_its_time(enrolment: Enrolment, horizon: int, on: date) -> None:
    """Refuse what became of a leaver where it is not declared around its horizon."""
    if horizon not in HORIZONS:
        raise Invalid("unknown_horizon", "Le devenir se déclare à 6, 12, 18 ou 24 mois.")
    assert enrolment.left_on is not None
    first, last = outcome_days(enrolment.left_on, horizon)
    if not first <= on <= last:
        code = "too_early" if on < first else "too_late"
        sentence = f"Le devenir à {horizon} mois se déclare du {first:%d/%m/%Y} au {last:%d/%m/%Y}."
        raise Refused(code, sentence, moves=open_moves(enrolment))


def outcome_days(left_on: date, horizon: int) -> tuple[date, date]:
    """Between which days what became of a leaver is declared at a horizon."""
    due = months_after(left_on, horizon)
    return due - TOLERANCE, due + TOLERANCE
