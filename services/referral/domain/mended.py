"""Milestones as corrections leave them: one shows what holds now, and when it was mended; one that was none is gone."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from services.referral.domain.milestones import Milestone, MilestoneKind
from shared.events.corrections import (
    CompletionCorrected,
    CorrectionEvent,
    ExamCorrected,
    InterruptionCorrected,
    NoShowCorrected,
    OutcomeCorrected,
    ResultCorrected,
    ReturnCorrected,
    StartCorrected,
    YearCorrected,
)
from shared.events.students import Result

Corrected = (
    StartCorrected
    | NoShowCorrected
    | InterruptionCorrected
    | ReturnCorrected
    | CompletionCorrected
    | YearCorrected
    | ExamCorrected
    | ResultCorrected
    | OutcomeCorrected
)
KINDS: Mapping[type[CorrectionEvent], MilestoneKind] = {
    StartCorrected: MilestoneKind.STARTED,
    NoShowCorrected: MilestoneKind.DID_NOT_START,
    InterruptionCorrected: MilestoneKind.INTERRUPTED,
    ReturnCorrected: MilestoneKind.RESUMED,
    CompletionCorrected: MilestoneKind.COMPLETED,
    ExamCorrected: MilestoneKind.EXAM_REGISTERED,
    OutcomeCorrected: MilestoneKind.OUTCOME_DECLARED,
}


def mended(milestones: Sequence[Milestone], event: Corrected) -> tuple[Milestone, ...]:
    """The milestones after a correction. The one that it replaces keeps its place; not found, nothing is added to the story."""
    if isinstance(event, OutcomeCorrected) and event.voided:
        return tuple(one for one in milestones if not _is_word_of(one, event))
    places = [place for place, one in enumerate(milestones) if _is_replaced(one, event)]
    if not places:
        return tuple(milestones)
    place = places[-1]
    new = () if event.happened_on is None else (_new(milestones[place], event, event.happened_on),)
    return (*milestones[:place], *new, *milestones[place + 1 :])


def _is_replaced(one: Milestone, event: Corrected) -> bool:
    """Whether it is of the kind and the day that a correction names; of an outcome, the word of that source, too."""
    if (one.kind, one.on) != (_replaced(event), event.replaces_on):
        return False
    return not isinstance(event, OutcomeCorrected) or _is_word_of(one, event)


def _is_word_of(one: Milestone, event: OutcomeCorrected) -> bool:
    """What that source, of agencies that one, said at that horizon; a word kept before sources were may be anybody's."""
    return one.horizon == event.horizon and (one.source is None or (one.source, one.agency) == (event.source, event.agency))


def _replaced(event: Corrected) -> MilestoneKind:
    if isinstance(event, YearCorrected):
        return MilestoneKind(event.replaces_move)
    if isinstance(event, ResultCorrected):
        return _of_result(event.replaces_result)
    return KINDS[type(event)]


def _new(milestone: Milestone, event: Corrected, on: date) -> Milestone:
    told: dict[str, Any] = {"on": on, "corrected_on": event.on}
    if isinstance(event, InterruptionCorrected):
        told["code"] = event.interruption
    elif isinstance(event, OutcomeCorrected):
        told["situation"] = event.situation
    elif isinstance(event, ResultCorrected) and event.result:
        told["kind"] = _of_result(event.result)
    elif isinstance(event, YearCorrected) and event.move:
        told["kind"] = MilestoneKind(event.move)
    return milestone.model_copy(update=told)


def _of_result(result: Result) -> MilestoneKind:
    return MilestoneKind.DIPLOMA_OBTAINED if result is Result.OBTAINED else MilestoneKind.DIPLOMA_FAILED
