"""Exams, results and outcomes are mended: one result stands, in its session, and each source mends its own word."""

from datetime import date
from typing import Any

import pytest

from services.enrolment.domain import diplomas, pupils
from services.enrolment.domain.corrected_results import correct_exam, correct_outcome, correct_result
from services.enrolment.domain.corrections import Mending, correct_presence
from services.enrolment.domain.enrolment import Outcome, Sitting, exam_id_of
from services.enrolment.domain.presence import Fact
from services.enrolment.domain.pupil import Pupil, PupilEvent
from shared.events.corrections import CorrectionCode, ExamCorrected, OutcomeCorrected, ResultCorrected
from shared.events.students import OutcomeProof, OutcomeSituation, OutcomeSource, Result
from shared.kernel.errors import Refused
from tests.enrolment.builders import AUTUMN, ENROLMENT, LATER, SESSION, after, completed, in_last_year, interrupted
from tests.enrolment.test_corrections import mending, said

EXAM = exam_id_of(ENROLMENT, SESSION)
DECLARED = date(2028, 1, 2)
LATEST = date(2028, 2, 1)


def presented() -> Pupil:
    return after(in_last_year(), diplomas.register_exam(in_last_year(), school=None, session=SESSION, on=AUTUMN))


def sat(result: Result = Result.OBTAINED) -> Pupil:
    return after(presented(), diplomas.give_result(presented(), school=None, exam_id=EXAM, result=result, on=LATER))


def mend_exam(place: Pupil, new: Mending, session: str | None = None) -> list[PupilEvent]:
    return correct_exam(place, school=None, mending=new, titles=(), exam_id=EXAM, session=session)


def mend_result(place: Pupil, new: Mending, result: Result | None = None) -> list[PupilEvent]:
    return correct_result(place, school=None, mending=new, titles=(), exam_id=EXAM, result=result)


def sittings(place: Pupil) -> tuple[Sitting, ...]:
    return place.enrolments[0].exams


def test_a_result_is_replaced_by_another_and_not_given_twice() -> None:
    decided = mend_result(sat(), mending(LATER, LATER), Result.FAILED)
    replaced: dict[str, Any] = {"exam_id": EXAM, "replaces_result": Result.OBTAINED}
    assert decided == [ResultCorrected(**said(LATER, LATER), **replaced, result=Result.FAILED)]
    mended = after(sat(), decided)
    assert [one.result for one in sittings(mended)] == [Result.FAILED]
    assert mend_result(mended, mending(LATER, LATER), Result.FAILED) == []
    with pytest.raises(Refused, match="already_given"):
        diplomas.give_result(mended, school=None, exam_id=EXAM, result=Result.OBTAINED, on=LATER)


def test_a_result_that_was_another_persons_is_taken_back_and_the_right_one_given() -> None:
    wrong = mending(LATER, code=CorrectionCode.WRONG_PERSON)
    decided = mend_result(sat(), wrong)
    mended = after(sat(), decided)
    assert [(one.result, one.result_on) for one in sittings(mended)] == [(None, None)]
    assert mend_result(mended, wrong) == []
    assert diplomas.give_result(mended, school=None, exam_id=EXAM, result=Result.ABSENT, on=LATER)


@pytest.mark.parametrize("on", [date(2027, 5, 31), date(2028, 1, 1)])
def test_a_result_is_not_mended_to_a_day_outside_its_session(on: date) -> None:
    with pytest.raises(Refused, match=r"too_early|too_late"):
        mend_result(sat(), mending(LATER, on, on=LATEST))


def test_an_exam_is_mended_to_a_session_of_the_same_year_within_its_window() -> None:
    decided = mend_exam(presented(), mending(AUTUMN, AUTUMN), "2027-05")
    assert decided == [ExamCorrected(**said(AUTUMN, AUTUMN), exam_id=EXAM, replaces_session=SESSION, session="2027-05")]
    mended = after(presented(), decided)
    assert mend_exam(mended, mending(AUTUMN, AUTUMN), "2027-05") == []
    for session, code in (("2026-06", "not_last_year"), ("2028-06", "not_last_year"), ("2027-09", "nothing_to_replace")):
        with pytest.raises(Refused, match=code):
            mend_exam(presented(), mending(AUTUMN, AUTUMN), session)
    with pytest.raises(Refused, match="too_late"):
        mend_exam(presented(), mending(AUTUMN, date(2027, 4, 2)))


def test_an_exam_that_was_not_sat_leaves_its_session_open_and_its_id_to_whom_has_it() -> None:
    none = after(presented(), mend_exam(presented(), mending(AUTUMN)))
    assert sittings(none) == ()
    assert mend_exam(none, mending(AUTUMN)) == []
    assert diplomas.register_exam(none, school=None, session=SESSION, on=AUTUMN)
    moved = after(presented(), mend_exam(presented(), mending(AUTUMN, AUTUMN), "2027-05"))
    assert sittings(moved)[0].exam_id == EXAM


def test_under_a_result_an_exam_stays_as_it_is() -> None:
    for new in (mending(AUTUMN), mending(AUTUMN, AUTUMN)):
        with pytest.raises(Refused, match="result_given"):
            mend_exam(sat(), new, None if new.voided else "2027-05")


def test_an_absence_that_september_replaces_stays_justified() -> None:
    place = sat(Result.ABSENT_JUSTIFIED)
    place = after(place, diplomas.register_exam(place, school=None, session="2027-09", on=date(2027, 7, 5)))
    with pytest.raises(Refused, match="contradiction") as no:
        mend_result(place, mending(LATER, LATER), Result.ABSENT)
    assert no.value.sentence.startswith("La session 2027-09 ne remplace plus d’absence justifiée.")


def word(**more: Any) -> Outcome:
    default = {"horizon": 6, "situation": OutcomeSituation.EMPLOYED, "source": OutcomeSource.SCHOOL, "proof": OutcomeProof.PHONE}
    return Outcome(**{**default, "on": DECLARED, **more})


def declared() -> Pupil:
    place = completed()
    for source in (OutcomeSource.SCHOOL, OutcomeSource.AGENCY):
        place = after(place, diplomas.declare_outcome(place, school=None, outcome=word(source=source)))
    return place


def mend_outcome(place: Pupil, new: Mending, said_instead: Outcome | None = None) -> list[PupilEvent]:
    of: dict[str, Any] = {"horizon": 6, "source": OutcomeSource.SCHOOL, "titles": ()}
    return correct_outcome(place, school=None, mending=new, word=said_instead, **of)


def test_each_source_mends_its_own_word() -> None:
    other = word(situation=OutcomeSituation.APPRENTICESHIP, proof=OutcomeProof.CONTRACT)
    decided = mend_outcome(declared(), mending(DECLARED, DECLARED, on=LATEST), other)
    assert decided == [
        OutcomeCorrected(
            **said(DECLARED, DECLARED, on=LATEST), horizon=6, source=OutcomeSource.SCHOOL,
            replaces_situation=OutcomeSituation.EMPLOYED, situation=OutcomeSituation.APPRENTICESHIP, proof=OutcomeProof.CONTRACT,
        )
    ]  # fmt: skip
    mended = after(declared(), decided)
    assert mended.enrolments[0].outcomes == (other, word(source=OutcomeSource.AGENCY))
    assert mend_outcome(mended, mending(DECLARED, DECLARED, on=LATEST), other) == []
    none = after(declared(), mend_outcome(declared(), mending(DECLARED, on=LATEST)))
    assert none.enrolments[0].outcomes == (word(source=OutcomeSource.AGENCY),)
    assert mend_outcome(none, mending(DECLARED, on=LATEST)) == []
    late = date(2028, 3, 1)
    with pytest.raises(Refused, match="too_late"):
        mend_outcome(declared(), mending(DECLARED, late, on=late), word(on=late))


def test_a_departure_after_which_something_is_declared_does_not_go_before_it() -> None:
    for new in (mending(LATER, on=LATEST), mending(LATER, date(2027, 4, 2), on=LATEST)):
        with pytest.raises(Refused, match="contradiction"):
            correct_presence(declared(), school=None, fact=Fact.COMPLETION, mending=new, titles=())


def test_what_was_said_before_they_came_back_is_still_mended() -> None:
    """No departure stands any more, from which its days would be counted."""
    half_a_year_after, back_on = date(2026, 6, 1), date(2026, 6, 8)
    place = interrupted()
    place = after(place, diplomas.declare_outcome(place, school=None, outcome=word(on=half_a_year_after)))
    place = after(place, pupils.resume(place, school=None, on=back_on))
    other = word(on=half_a_year_after, situation=OutcomeSituation.OTHER)
    assert mend_outcome(place, mending(half_a_year_after, half_a_year_after), other)
    assert mend_outcome(place, mending(half_a_year_after))
