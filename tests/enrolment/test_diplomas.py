"""What a pupil obtains and becomes: exams, diplomas, outcomes."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from services.enrolment.domain import diplomas
from services.enrolment.domain.enrolment import Outcome, exam_id_of
from services.enrolment.domain.pupil import Pupil, PupilEvent
from shared.events.students import (
    ContractKind,
    DiplomaFailed,
    DiplomaObtained,
    ExamRegistered,
    OutcomeDeclared,
    OutcomeProof,
    OutcomeSituation,
    OutcomeSource,
    Result,
)
from shared.kernel.errors import NotFound, Refused
from tests.enrolment.builders import ENROLMENT, LATER, after, completed, enrolled, fields_on, in_last_year, interrupted, started


def test_an_exam_is_registered_in_the_last_year_and_has_one_result() -> None:
    exam_id, place = exam_id_of(ENROLMENT, "2027-06"), in_last_year()
    with pytest.raises(Refused, match="not_last_year"):
        diplomas.register_exam(started(), school=None, session="2026-06", on=LATER)
    decided = diplomas.register_exam(place, school=None, session="2027-06", on=LATER)
    assert decided == [ExamRegistered(**fields_on(LATER), exam_id=exam_id, session="2027-06")]
    place = after(place, decided)
    assert diplomas.register_exam(place, school=None, session="2027-06", on=LATER) == []
    give: dict[str, Any] = {"school": None, "exam_id": exam_id, "on": LATER}
    decided = diplomas.give_result(place, **give, result=Result.OBTAINED)
    assert decided == [DiplomaObtained(**fields_on(LATER), exam_id=exam_id)]
    assert diplomas.give_result(place, **give, result=Result.ABSENT) == [
        DiplomaFailed(**fields_on(LATER), exam_id=exam_id, absent=True)
    ]
    place = after(place, decided)
    assert diplomas.give_result(place, **give, result=Result.OBTAINED) == []
    with pytest.raises(Refused, match="already_given"):
        diplomas.give_result(place, **give, result=Result.FAILED)
    with pytest.raises(NotFound):
        diplomas.give_result(place, **{**give, "exam_id": uuid4()}, result=Result.FAILED)


def declare(place: Pupil, **more: Any) -> list[PupilEvent]:
    default: dict[str, Any] = {
        "horizon": 6, "situation": OutcomeSituation.EMPLOYED, "contract": ContractKind.PERMANENT,
        "by_client": True, "source": OutcomeSource.SCHOOL, "proof": OutcomeProof.CONTRACT, "on": date(2028, 1, 2),
    }  # fmt: skip
    return diplomas.declare_outcome(place, school=None, outcome=Outcome(**{**default, **more}))


def test_what_became_of_a_leaver_is_kept_by_source() -> None:
    place, day = completed(), date(2028, 1, 2)
    decided = declare(place)
    assert decided == [
        OutcomeDeclared(
            **fields_on(day), horizon=6, situation=OutcomeSituation.EMPLOYED, contract=ContractKind.PERMANENT, by_client=True,
            source=OutcomeSource.SCHOOL, proof=OutcomeProof.CONTRACT,
        )
    ]  # fmt: skip
    place = after(place, decided)
    assert declare(place, on=date(2028, 1, 3)) == []
    unknown = {"situation": OutcomeSituation.UNREACHABLE, "contract": None, "by_client": None, "proof": OutcomeProof.NONE}
    place = after(place, declare(place, source=OutcomeSource.AGENCY, **unknown))
    place = after(place, declare(place, **unknown))
    place = after(place, declare(place))
    assert [one.situation.value for one in place.enrolments[0].outcomes] == ["employed", "unreachable", "unreachable", "employed"]


@pytest.mark.parametrize(
    ("horizon", "on", "code"),
    [
        (6, date(2027, 12, 2), "too_early"),
        (6, date(2027, 12, 3), None),
        (6, date(2028, 2, 1), None),
        (6, date(2028, 2, 2), "too_late"),
        (24, date(2028, 1, 2), "too_early"),
        (24, date(2029, 7, 2), None),
    ],
)
def test_an_outcome_is_declared_around_its_horizon(horizon: int, on: date, code: str | None) -> None:
    if code is None:
        assert len(declare(completed(), horizon=horizon, on=on)) == 1
        return
    with pytest.raises(Refused, match=code):
        declare(completed(), horizon=horizon, on=on)


def test_only_who_left_has_an_outcome() -> None:
    assert len(declare(interrupted(on=LATER))) == 1
    for place in (enrolled(), started()):
        with pytest.raises(Refused, match="not_allowed"):
            declare(place)
