"""How a correction changes an enrolment: the fact that it replaces is taken out, and what stands goes in its place."""

from collections.abc import Mapping
from typing import Any, assert_never
from uuid import UUID

from services.enrolment.domain.enrolment import Enrolment, Outcome, Sitting, year_of
from services.enrolment.domain.presence import Correction, Fact, Step, last_of, standing
from shared.events import corrections as events

FACT_OF: Mapping[type[events.CorrectionEvent], Fact] = {
    events.StartCorrected: Fact.START,
    events.NoShowCorrected: Fact.NO_SHOW,
    events.InterruptionCorrected: Fact.INTERRUPTION,
    events.ReturnCorrected: Fact.RETURN,
    events.CompletionCorrected: Fact.COMPLETION,
    events.YearCorrected: Fact.YEAR,
    events.ExamCorrected: Fact.EXAM,
    events.ResultCorrected: Fact.RESULT,
    events.OutcomeCorrected: Fact.OUTCOME,
}
PresenceCorrected = (
    events.StartCorrected
    | events.NoShowCorrected
    | events.InterruptionCorrected
    | events.ReturnCorrected
    | events.CompletionCorrected
)
Corrected = PresenceCorrected | events.YearCorrected | events.ExamCorrected | events.ResultCorrected | events.OutcomeCorrected
"""Every correction of a pupil's document."""


def mended(enrolment: Enrolment, event: Corrected) -> dict[str, Any]:
    """The fields of an enrolment that a correction changes, and that it was corrected."""
    fields = event.model_dump(include=set(Correction.model_fields))
    correction = Correction(fact=FACT_OF[type(event)], **fields)
    return {**_change(enrolment, event), "corrections": (*enrolment.corrections, correction)}


def _change(enrolment: Enrolment, event: Corrected) -> dict[str, Any]:
    match event:
        case events.YearCorrected():
            return _years(enrolment, event)
        case events.ExamCorrected():
            given = {"session": event.session, "registered_on": event.happened_on}
            return {"exams": _exams(enrolment, event.exam_id, None if event.voided else given)}
        case events.ResultCorrected():
            return {"exams": _exams(enrolment, event.exam_id, {"result": event.result, "result_on": event.happened_on})}
        case events.OutcomeCorrected():
            return {"outcomes": _outcomes(enrolment, event)}
        case (
            events.StartCorrected()
            | events.NoShowCorrected()
            | events.InterruptionCorrected()
            | events.ReturnCorrected()
            | events.CompletionCorrected()
        ):
            return standing(enrolment.enrolled_on, _steps(enrolment, event))
        case _:
            assert_never(event)


def _steps(enrolment: Enrolment, event: PresenceCorrected) -> tuple[Step, ...]:
    steps, fact = enrolment.presence, FACT_OF[type(event)]
    place = last_of(steps, fact, event.replaces_on)
    assert place is not None
    code = event.interruption if isinstance(event, events.InterruptionCorrected) else None
    new = (Step(fact=fact, on=event.happened_on, code=code),) if event.happened_on else ()
    return (*steps[:place], *new, *steps[place + 1 :])


def _years(enrolment: Enrolment, event: events.YearCorrected) -> dict[str, Any]:
    new = () if event.voided else (year_of(event, move=event.move, since=event.happened_on, starts_on=event.starts_on),)
    return {"years": (*enrolment.years[:-1], *new), "starts_on": event.starts_on or enrolment.starts_on}


def _exams(enrolment: Enrolment, exam_id: UUID, given: dict[str, Any] | None) -> tuple[Sitting, ...]:
    """The examinations, with what is given of one; without it where nothing is."""
    kept = (one for one in enrolment.exams if given is not None or one.exam_id != exam_id)
    return tuple(one.model_copy(update=given) if given and one.exam_id == exam_id else one for one in kept)


def _outcomes(enrolment: Enrolment, event: events.OutcomeCorrected) -> tuple[Outcome, ...]:
    """A source's last word at a horizon is another one, or all that it said there is taken back."""
    asked = (event.horizon, event.source, event.agency)
    same = [one for one in enrolment.outcomes if (one.horizon, one.source, one.agency) == asked]
    if event.voided:
        return tuple(one for one in enrolment.outcomes if one not in same)
    said = event.model_dump(include=set(Outcome.model_fields))
    place = max(place for place, one in enumerate(enrolment.outcomes) if one is same[-1])
    return (*enrolment.outcomes[:place], Outcome(**{**said, "on": event.happened_on}), *enrolment.outcomes[place + 1 :])
