"""Decisions on what a pupil obtains and becomes: exams, diplomas, outcomes."""

from datetime import date, timedelta
from uuid import UUID

from services.enrolment.domain.enrolment import LEFT, Enrolment, Outcome, exam_id_of
from services.enrolment.domain.pupil import Pupil, PupilEvent, common_fields
from services.enrolment.domain.pupils import ensure_allowed, open_moves
from services.enrolment.domain.statuses import ENROLMENT, EnrolmentAction
from shared.events import students as events
from shared.events.students import HORIZONS, Result
from shared.kernel.calendar import months_after
from shared.kernel.errors import Invalid, NotFound, Refused
from shared.kernel.transitions import not_before

TOLERANCE = timedelta(days=30)
"""How long before and after a horizon its outcome may be declared."""


def register_exam(pupil: Pupil, *, school: str | None, session: str, on: date) -> list[PupilEvent]:
    """Present a pupil of the last year to a session (the month, 2026-06)."""
    enrolment = pupil.last(school)
    exam_id = exam_id_of(enrolment.enrolment_id, session)
    if any(sitting.exam_id == exam_id for sitting in enrolment.exams):
        return []
    ENROLMENT.ensure(enrolment.status, EnrolmentAction.SIT_AN_EXAM, on=on, since=enrolment.started_on)
    if not enrolment.now.last_year:
        moves = open_moves(enrolment, EnrolmentAction.SIT_AN_EXAM)
        raise Refused("not_last_year", "Ce parcours n’est pas dans sa dernière année.", moves=moves)
    return [events.ExamRegistered(**common_fields(pupil, enrolment, on), exam_id=exam_id, session=session)]


def give_result(pupil: Pupil, *, school: str | None, exam_id: UUID, result: Result, on: date) -> list[PupilEvent]:
    """Obtained, failed or absent. The same again changes nothing; another one is refused."""
    enrolment = pupil.last(school)
    sitting = next((one for one in enrolment.exams if one.exam_id == exam_id), None)
    if sitting is None:
        raise NotFound("Cette présentation à l’examen")
    if sitting.result is result:
        return []
    if sitting.result is not None:
        raise Refused("already_given", "Le résultat de cet examen est déjà donné.", moves=open_moves(enrolment))
    not_before(enrolment.started_on, on, subject=ENROLMENT.labels.subject, moves=open_moves(enrolment))
    fields = {**common_fields(pupil, enrolment, on), "exam_id": exam_id}
    return [
        events.DiplomaObtained(**fields)
        if result is Result.OBTAINED
        else events.DiplomaFailed(**fields, absent=result is Result.ABSENT)
    ]


def declare_outcome(pupil: Pupil, *, school: str | None, outcome: Outcome) -> list[PupilEvent]:
    """What became of a leaver, around 6, 12, 18 or 24 months after leaving. No source's word overwrites another's."""
    enrolment = pupil.last(school)
    ensure_allowed(enrolment, EnrolmentAction.DECLARE_AN_OUTCOME, outcome.on)
    if already_declared(enrolment, outcome):
        return []
    _ensure_in_its_time(enrolment, outcome.horizon, outcome.on)
    return [events.OutcomeDeclared(**{**outcome.model_dump(), **common_fields(pupil, enrolment, outcome.on)})]


def already_declared(enrolment: Enrolment, outcome: Outcome) -> bool:
    """Whether this is the last word of the same source at the same horizon."""
    same = [one for one in enrolment.outcomes if (one.horizon, one.source) == (outcome.horizon, outcome.source)]
    return bool(same) and same[-1].model_copy(update={"on": outcome.on}) == outcome


def _ensure_in_its_time(enrolment: Enrolment, horizon: int, on: date) -> None:
    if horizon not in HORIZONS:
        raise Invalid("unknown_horizon", "Le devenir se déclare à 6, 12, 18 ou 24 mois.")
    assert enrolment.status in LEFT
    assert enrolment.left_on is not None
    due = months_after(enrolment.left_on, horizon)
    first, last = due - TOLERANCE, due + TOLERANCE
    if not first <= on <= last:
        code = "too_early" if on < first else "too_late"
        sentence = f"Le devenir à {horizon} mois se déclare du {first:%d/%m/%Y} au {last:%d/%m/%Y}."
        raise Refused(code, sentence, moves=open_moves(enrolment))
