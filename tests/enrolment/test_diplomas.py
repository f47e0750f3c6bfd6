"""What a pupil obtains and becomes: exams, diplomas, outcomes."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from services.enrolment.domain import diplomas, pupils
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
from tests.enrolment.builders import (
    AUTUMN,
    ENROLMENT,
    LATER,
    SESSION,
    a_programme,
    after,
    an_intake,
    completed,
    enrolled,
    fields_on,
    in_last_year,
    interrupted,
    started,
)


def test_an_exam_is_registered_in_the_last_year_and_has_one_result() -> None:
    exam_id, place = exam_id_of(ENROLMENT, SESSION), in_last_year()
    decided = diplomas.register_exam(place, school=None, session=SESSION, on=AUTUMN)
    assert decided == [ExamRegistered(**fields_on(AUTUMN), exam_id=exam_id, session=SESSION)]
    place = after(place, decided)
    assert diplomas.register_exam(place, school=None, session=SESSION, on=AUTUMN) == []
    give: dict[str, Any] = {"school": None, "exam_id": exam_id, "on": LATER}
    decided = diplomas.give_result(place, **give, result=Result.OBTAINED)
    assert decided == [DiplomaObtained(**fields_on(LATER), exam_id=exam_id)]
    for justified, result in ((False, Result.ABSENT), (True, Result.ABSENT_JUSTIFIED)):
        told = DiplomaFailed(**fields_on(LATER), exam_id=exam_id, absent=True, justified=justified)
        assert diplomas.give_result(place, **give, result=result) == [told]
    place = after(place, decided)
    assert diplomas.give_result(place, **give, result=Result.OBTAINED) == []
    with pytest.raises(Refused, match="already_given"):
        diplomas.give_result(place, **give, result=Result.FAILED)
    with pytest.raises(NotFound):
        diplomas.give_result(place, **{**give, "exam_id": uuid4()}, result=Result.FAILED)


@pytest.mark.parametrize(
    ("place", "session", "on", "code"),
    [
        (started(), "2026-06", date(2025, 11, 3), "not_last_year"),  # a first year
        (started(), "2055-06", date(2025, 11, 3), "not_last_year"),
        (in_last_year(), "2026-06", date(2025, 11, 3), "not_last_year"),  # the session of the year before
        (in_last_year(), "2028-06", AUTUMN, "not_last_year"),
        (in_last_year(), "2027-02", AUTUMN, "not_last_year"),  # no diploma is sat in February
        (in_last_year(), "2026-11", AUTUMN, "not_last_year"),
        (in_last_year(), SESSION, date(2026, 9, 30), "too_early"),
        (in_last_year(), SESSION, date(2027, 4, 1), "too_late"),
        (in_last_year(), "2027-09", date(2027, 7, 2), "nothing_to_replace"),
        (in_last_year(), "2027-05", AUTUMN, None),
        (in_last_year(), SESSION, date(2026, 10, 1), None),
        (in_last_year(), SESSION, date(2027, 3, 31), None),
    ],
)
def test_a_session_is_one_of_the_year_that_it_ends_registered_in_its_window(
    place: Pupil, session: str, on: date, code: str | None
) -> None:
    if code is None:
        assert len(diplomas.register_exam(place, school=None, session=session, on=on)) == 1
        return
    with pytest.raises(Refused, match=code):
        diplomas.register_exam(place, school=None, session=session, on=on)


def test_a_titre_professionnel_is_sat_any_month_of_its_year() -> None:
    register: dict[str, Any] = {"school": None, "titles": {"usinage"}}
    assert diplomas.register_exam(in_last_year(), session="2027-02", on=AUTUMN, **register)
    for session, on in (("2026-08", AUTUMN), ("2027-02", date(2027, 2, 2)), ("2027-09", AUTUMN)):
        if session == "2026-08":  # of the school year that August begins
            on = date(2026, 9, 2)
        with pytest.raises(Refused, match=r"too_late|not_last_year"):
            diplomas.register_exam(in_last_year(), session=session, on=on, **register)


def sat(place: Pupil, result: Result | None, session: str = SESSION, *, on: date = LATER, registered: date = AUTUMN) -> Pupil:
    """Registered for a session, with its result where there is one."""
    place = after(place, diplomas.register_exam(place, school=None, session=session, on=registered))
    if result is None:
        return place
    exam_id = next(one.exam_id for one in place.enrolments[0].exams if one.session == session)
    return after(place, diplomas.give_result(place, school=None, exam_id=exam_id, result=result, on=on))


@pytest.mark.parametrize(
    ("on", "code"),
    [(date(2027, 5, 31), "too_early"), (date(2027, 6, 1), None), (date(2027, 12, 31), None), (date(2028, 1, 1), "too_late")],
)
def test_a_result_comes_once_the_session_has_begun_and_in_its_year(on: date, code: str | None) -> None:
    place = sat(in_last_year(), None)
    give: dict[str, Any] = {"school": None, "exam_id": exam_id_of(ENROLMENT, SESSION), "result": Result.FAILED, "on": on}
    if code is None:
        assert diplomas.give_result(place, **give)
        return
    with pytest.raises(Refused, match=code):
        diplomas.give_result(place, **give)


def test_one_year_has_one_session_and_september_replaces_a_justified_absence() -> None:
    july = date(2027, 7, 5)
    with pytest.raises(Refused, match="another_session"):
        sat(sat(in_last_year(), None), None, "2027-05")
    for result in (Result.FAILED, Result.ABSENT):
        with pytest.raises(Refused, match="nothing_to_replace"):
            sat(sat(in_last_year(), result), None, "2027-09", registered=july)
    with pytest.raises(Refused, match="already_obtained"):
        sat(sat(in_last_year(), Result.OBTAINED), None, "2027-09", registered=july)
    excused = sat(in_last_year(), Result.ABSENT_JUSTIFIED)
    replaced = sat(excused, Result.OBTAINED, "2027-09", registered=july, on=date(2027, 10, 4))
    assert [one.result for one in replaced.enrolments[0].exams] == [Result.ABSENT_JUSTIFIED, Result.OBTAINED]
    with pytest.raises(Refused, match="too_late"):
        sat(excused, None, "2027-09", registered=date(2027, 9, 2))


def test_who_goes_on_in_another_enrolment_still_gets_the_result_of_the_one_before() -> None:
    place = sat(in_last_year(), None)
    place = after(place, pupils.complete(place, school=None, on=LATER))
    place = enrolled(place, an_intake(programme=a_programme(programme="bac"), school_year="2027-2028"))
    decided = diplomas.give_result(
        place, school="besancon", exam_id=exam_id_of(ENROLMENT, SESSION), result=Result.ABSENT_JUSTIFIED, on=date(2027, 7, 9)
    )
    assert decided == [
        DiplomaFailed(**fields_on(date(2027, 7, 9)), exam_id=exam_id_of(ENROLMENT, SESSION), absent=True, justified=True)
    ]
    register: dict[str, Any] = {"school": "besancon", "session": "2027-09", "on": date(2027, 7, 12)}
    (registered,) = diplomas.register_exam(after(place, decided), **register)
    assert isinstance(registered, ExamRegistered)
    assert registered.enrolment_id == ENROLMENT


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
