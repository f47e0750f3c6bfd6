"""What is decided of a `young_id`: an alias of another, in chains and never in circles; two again; erased for good."""

from functools import reduce
from typing import Any
from uuid import UUID

import pytest

from services.referral.domain.enrolments import EnrolmentHistory
from services.referral.domain.erasure import ensure_no_pupil, is_pupil
from services.referral.domain.record import PersonRecord, erase, evolve, merge, split
from shared.events import students
from shared.events.persons import ErasureCode, PersonErased, PersonMerged, PersonSplit
from shared.kernel.errors import Gone, Refused
from tests.referral.builders import A_DAY, folded, student

A, B, C = (UUID(int=n) for n in (1, 2, 3))
ALIAS = PersonRecord(young_id=A, kept=B)
ERASED = PersonRecord(young_id=A, erased_on=A_DAY, code=ErasureCode.PERSON_ASKED)


def test_a_merge_is_said_once_and_undone_once() -> None:
    [merged] = merge(None, young_id=A, kept=B, stands_for=B, on=A_DAY)
    assert merged == PersonMerged(young_id=A, kept=B, on=A_DAY)
    record = evolve(None, merged)
    assert record == ALIAS
    assert merge(record, young_id=A, kept=B, stands_for=B, on=A_DAY) == []
    [two] = split(record, young_id=A, on=A_DAY)
    assert two == PersonSplit(young_id=A, on=A_DAY)
    assert evolve(record, two).kept is None


def test_an_alias_of_an_alias_is_of_the_person_that_it_stands_for() -> None:
    assert merge(None, young_id=A, kept=B, stands_for=C, on=A_DAY) == [PersonMerged(young_id=A, kept=B, on=A_DAY)]


@pytest.mark.parametrize(
    ("record", "kept", "stands_for", "code"),
    [(ALIAS, C, C, "already_merged"), (None, A, A, "same_person"), (None, B, A, "same_person")],
    ids=["merged already", "oneself", "a circle"],
)  # fmt: skip
def test_what_cannot_be_merged_is_refused(record: PersonRecord | None, kept: UUID, stands_for: UUID, code: str) -> None:
    with pytest.raises(Refused) as refused:
        merge(record, young_id=A, kept=kept, stands_for=stands_for, on=A_DAY)
    assert refused.value.code == code


def test_what_was_never_merged_is_not_split() -> None:
    for record in (None, PersonRecord(young_id=A)):
        with pytest.raises(Refused, match="not_merged"):
            split(record, young_id=A, on=A_DAY)


def test_an_erasure_is_said_once_and_of_the_erased_nothing_else_is_decided() -> None:
    [erased] = erase(None, young_id=A, code=ErasureCode.PERSON_ASKED, on=A_DAY)
    assert erased == PersonErased(young_id=A, code=ErasureCode.PERSON_ASKED, on=A_DAY)
    assert evolve(None, erased) == ERASED
    assert erase(ERASED, young_id=A, code=ErasureCode.RETENTION_ENDED, on=A_DAY) == []
    with pytest.raises(Gone):
        merge(ERASED, young_id=A, kept=B, stands_for=B, on=A_DAY)
    with pytest.raises(Gone):
        split(ERASED, young_id=A, on=A_DAY)


def test_an_erased_alias_stays_one_that_it_counts_once() -> None:
    assert reduce(evolve, [PersonErased(young_id=A, code=ErasureCode.PERSON_ASKED, on=A_DAY)], ALIAS).kept == B


PUPIL: list[type[students.StudentEvent]] = [students.StudentEnrolled, students.StudentStarted]


@pytest.mark.parametrize(
    ("then", "pupil"),
    [
        ([], True), ([students.StudentInterrupted], False), ([students.StudentCompleted], False),
        ([students.StudentInterrupted, students.StudentResumed], True), ([students.StudentMovedUp], True),
        ([students.StudentCompleted, students.DiplomaObtained, students.OutcomeDeclared], False),
    ],
)  # fmt: skip
def test_a_pupil_is_not_erased_before_their_enrolment_ended(then: list[type[students.StudentEvent]], pupil: bool) -> None:
    milestones: list[Any] = [student(kind) for kind in [*PUPIL, *then]]
    journey = folded(*milestones)
    assert is_pupil(journey) is pupil
    if pupil:
        with pytest.raises(Refused, match="still_enrolled"):
            ensure_no_pupil([folded(), journey])
    else:
        ensure_no_pupil([folded(), journey])


def test_an_enrolment_of_which_only_an_exam_was_heard_says_nothing() -> None:
    assert not is_pupil(folded().model_copy(update={"enrolments": {A: EnrolmentHistory()}}))
