"""A milestone that the school mended shows what holds, and when it was mended; one that did not happen is gone."""

from datetime import date
from functools import reduce
from typing import Any

import pytest

from services.referral.domain.enrolments import EnrolmentHistory, PupilEvent, followed
from services.referral.domain.milestones import Milestone, MilestoneKind
from services.referral.views.sentences import of_milestone
from shared.events.corrections import (
    CompletionCorrected,
    ExamCorrected,
    InterruptionCorrected,
    NoShowCorrected,
    OutcomeCorrected,
    ResultCorrected,
    ReturnCorrected,
    StartCorrected,
    YearCorrected,
)
from shared.events.students import (
    DiplomaFailed,
    DiplomaObtained,
    ExamRegistered,
    InterruptionCode,
    Move,
    OutcomeDeclared,
    OutcomeProof,
    OutcomeSituation,
    OutcomeSource,
    Result,
    StudentCompleted,
    StudentDidNotStart,
    StudentInterrupted,
    StudentMovedUp,
    StudentResumed,
    StudentStarted,
)
from tests.referral.builders import ENROLMENT, YOUNG, X, Y

SAID, HELD, MENDED = date(2025, 9, 1), date(2025, 9, 8), date(2025, 12, 1)
OF: dict[str, Any] = {"enrolment_id": ENROLMENT, "young_id": YOUNG, "school": "dole", "programme": "serrurerie"}
YEAR: dict[str, Any] = {"intake_id": Y, "school_year": "2026-2027", "year_of_study": 2, "last_year": True}
EXAM: dict[str, Any] = {"exam_id": X}
WORD: dict[str, Any] = {"horizon": 6, "source": OutcomeSource.SCHOOL}


def declared(kind: Any, **more: Any) -> Any:
    return kind(on=SAID, **OF, **more)


def corrected(kind: Any, **more: Any) -> Any:
    return kind(on=MENDED, **OF, code="typing", replaces_on=SAID, happened_on=HELD, **more)


def voided(kind: Any, **more: Any) -> Any:
    return kind(on=MENDED, **OF, code="wrong_person", replaces_on=SAID, voided=True, **more)


def milestones(*events: PupilEvent) -> tuple[Milestone, ...]:
    return reduce(followed, events, EnrolmentHistory()).milestones


CASES: list[tuple[Any, Any, dict[str, Any], dict[str, Any], str]] = [
    (declared(StudentStarted), StartCorrected, {}, {}, "started"),
    (declared(StudentDidNotStart), NoShowCorrected, {}, {}, "did_not_start"),
    (
        declared(StudentInterrupted, code=InterruptionCode.MOVED), InterruptionCorrected,
        {"replaces_interruption": InterruptionCode.MOVED}, {"interruption": InterruptionCode.EMPLOYMENT}, "interrupted",
    ),
    (declared(StudentResumed), ReturnCorrected, {}, {}, "resumed"),
    (declared(StudentCompleted), CompletionCorrected, {}, {}, "completed"),
    (
        declared(StudentMovedUp, **YEAR), YearCorrected, {**YEAR, "replaces_move": Move.MOVED_UP, "replaces_intake_id": Y},
        {"move": Move.REPEATED}, "repeated",
    ),
    (
        declared(ExamRegistered, session="2026-06", **EXAM), ExamCorrected, {**EXAM, "replaces_session": "2026-06"},
        {"session": "2026-05"}, "exam_registered",
    ),
    (
        declared(DiplomaObtained, **EXAM), ResultCorrected, {**EXAM, "replaces_result": Result.OBTAINED},
        {"result": Result.FAILED}, "diploma_failed",
    ),
    (
        declared(DiplomaFailed, **EXAM), ResultCorrected, {**EXAM, "replaces_result": Result.FAILED},
        {"result": Result.OBTAINED}, "diploma_obtained",
    ),
    (
        declared(OutcomeDeclared, situation=OutcomeSituation.EMPLOYED, proof=OutcomeProof.NONE, **WORD), OutcomeCorrected,
        {**WORD, "replaces_situation": OutcomeSituation.EMPLOYED},
        {"situation": OutcomeSituation.OTHER, "proof": OutcomeProof.NONE}, "outcome_declared",
    ),
]  # fmt: skip
NAMES = [f"{row[1].__name__} {row[4]}" for row in CASES]


@pytest.mark.parametrize(("event", "kind", "replaced", "new", "milestone"), CASES, ids=NAMES)
def test_each_milestone_is_mended_in_its_place_or_taken_out(
    event: Any, kind: Any, replaced: dict[str, Any], new: dict[str, Any], milestone: str
) -> None:
    (mended,) = milestones(event, corrected(kind, **replaced, **new))
    assert (mended.kind, mended.on, mended.corrected_on) == (milestone, HELD, MENDED)
    assert mended.code == new.get("interruption")
    assert mended.situation == new.get("situation")
    assert milestones(event, voided(kind, **replaced)) == ()
    assert milestones(corrected(kind, **replaced, **new)) == ()  # of a story that was not heard, nothing is told


def test_a_source_that_takes_its_word_back_leaves_the_others() -> None:
    said = declared(OutcomeDeclared, horizon=6, source=OutcomeSource.SCHOOL, situation="employed", proof="none")
    by_agency = said.model_copy(update={"source": OutcomeSource.AGENCY})
    taken_back = voided(OutcomeCorrected, **WORD, replaces_situation=OutcomeSituation.EMPLOYED)
    assert [one.source for one in milestones(said, said, by_agency, taken_back)] == [OutcomeSource.AGENCY]


def test_an_agency_that_mends_its_word_leaves_another_agency_s() -> None:
    word = declared(
        OutcomeDeclared, horizon=6, source=OutcomeSource.AGENCY, agency="cio-dole", situation="employed", proof="none"
    )
    other = word.model_copy(update={"agency": "ml-dole"})
    of = {**WORD, "source": OutcomeSource.AGENCY, "agency": "cio-dole", "replaces_situation": OutcomeSituation.EMPLOYED}
    taken_back, mended = voided(OutcomeCorrected, **of), corrected(OutcomeCorrected, **of, situation="job_seeking", proof="none")
    assert [one.agency for one in milestones(word, other, taken_back)] == ["ml-dole"]
    told = [(one.agency, one.situation) for one in milestones(word, other, mended)]
    assert told == [("cio-dole", "job_seeking"), ("ml-dole", "employed")]


def test_who_reads_it_is_told_that_it_was_mended() -> None:
    mended = Milestone(kind=MilestoneKind.STARTED, on=HELD, corrected_on=MENDED)
    assert of_milestone(mended) == "A commencé (corrigé le 01/12/2025)."
