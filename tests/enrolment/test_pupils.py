"""A pupil: enrolled once at a time, year after year, until leaving and beyond."""

from datetime import date
from functools import reduce
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.enrolment.domain import diplomas, pupils
from services.enrolment.domain.intake import Intake
from services.enrolment.domain.place import Place, Presence, Result, enrolment_id_of, evolve, exam_id_of
from shared.errors import NotFound, Refused
from shared.events import (
    DiplomaFailed,
    DiplomaObtained,
    Event,
    ExamRegistered,
    OutcomeDeclared,
    StudentChangedProgramme,
    StudentCompleted,
    StudentEnrolled,
    StudentInterrupted,
    StudentMovedUp,
    StudentRepeated,
    StudentResumed,
    StudentStarted,
)
from shared.events.pupils import ContractKind, InterruptionCode, OutcomeProof, OutcomeSituation, OutcomeSource
from tests.enrolment.building import MAY, START, a_programme, an_intake

YOUNG = UUID("11111111-2222-4333-8444-555555555555")
FIRST = an_intake()
SECOND = an_intake(school_year="2026-2027", year_of_study=2)
AGAIN = an_intake(school_year="2026-2027")
ENROLMENT = enrolment_id_of(FIRST.intake_id, YOUNG)
LATER = date(2027, 7, 2)


def after(place: Place | None, events: list[Event]) -> Place:
    state = reduce(evolve, events, place)
    assert state is not None
    return state


def enrolled(place: Place | None = None, intake: Intake = FIRST) -> Place:
    told = pupils.enrol(
        place, young_id=YOUNG, birth_month="2009-03", intake=intake, programme=a_programme(programme=intake.programme), on=MAY
    )
    return after(place, told)


def started() -> Place:
    place = enrolled()
    return after(place, pupils.start(place, school="besancon", on=START))


def interrupted(on: date = date(2025, 12, 1)) -> Place:
    place = started()
    return after(place, pupils.interrupt(place, school=None, code=InterruptionCode.MOVED, on=on))


def in_last_year() -> Place:
    place = started()
    return after(place, pupils.move_up(place, school=None, to=SECOND, programme=a_programme(), on=START))


def completed() -> Place:
    place = in_last_year()
    return after(place, pupils.complete(place, school=None, on=LATER))


def said(on: date, **more: Any) -> dict[str, Any]:
    return {"enrolment_id": ENROLMENT, "young_id": YOUNG, "school": "besancon", "programme": "usinage", "on": on, **more}


def year(intake: Intake) -> dict[str, Any]:
    last = intake.year_of_study == 2
    return {**intake.model_dump(include={"intake_id", "school_year", "year_of_study"}), "last_year": last}


def test_a_confirmed_place_makes_a_pupil_once() -> None:
    told = pupils.enrol(None, young_id=YOUNG, birth_month="2009-03", intake=FIRST, programme=a_programme(), on=MAY)
    assert told == [StudentEnrolled(**said(MAY), **year(FIRST), birth_month="2009-03", starts_on=START)]
    again = pupils.enrol(enrolled(), young_id=YOUNG, birth_month="2009-03", intake=FIRST, programme=a_programme(), on=MAY)
    assert again == []


@pytest.mark.parametrize("place", [enrolled(), started()], ids=["due", "present"])
def test_nobody_has_two_active_enrolments(place: Place) -> None:
    with pytest.raises(Refused, match="already_enrolled"):
        enrolled(place, an_intake(school="chalon"))


@pytest.mark.parametrize("place", [interrupted(), completed()], ids=["interrupted", "completed"])
def test_who_left_may_enrol_again_and_the_past_is_kept(place: Place) -> None:
    again = enrolled(place, an_intake(school="chalon"))
    assert [one.school for one in again.enrolments] == ["besancon", "chalon"]
    assert again.schools == ("besancon", "chalon")
    assert again.enrolments[0] == place.enrolments[0]


def test_a_school_decides_on_its_own_enrolment_only() -> None:
    place = enrolled(interrupted(), an_intake(school="chalon"))
    with pytest.raises(Refused, match="not_allowed"):
        pupils.start(place, school="besancon", on=START)
    assert pupils.start(place, school="chalon", on=START) != []
    with pytest.raises(NotFound):
        pupils.start(place, school="dole", on=START)


def test_nobody_starts_before_the_first_day() -> None:
    assert pupils.start(enrolled(), school=None, on=START) == [StudentStarted(**said(START))]
    assert pupils.start(started(), school=None, on=START) == []
    with pytest.raises(Refused, match="before_start"):
        pupils.start(enrolled(), school=None, on=date(2025, 8, 31))


def test_who_interrupted_may_come_back_unless_enrolled_elsewhere() -> None:
    day = date(2026, 1, 5)
    told = pupils.interrupt(started(), school=None, code=InterruptionCode.MOVED, on=day)
    assert told == [StudentInterrupted(**said(day), code=InterruptionCode.MOVED)]
    assert pupils.resume(interrupted(), school=None, on=day) == [StudentResumed(**said(day))]
    back = after(interrupted(), pupils.resume(interrupted(), school=None, on=day)).enrolments[0]
    assert (back.status, back.left_on, back.code) == (Presence.PRESENT, None, None)
    with pytest.raises(Refused, match="already_enrolled"):
        pupils.resume(enrolled(interrupted(), an_intake(school="chalon")), school="besancon", on=day)


def test_a_year_leads_to_the_next_of_the_same_programme() -> None:
    place = started()
    told = pupils.move_up(place, school=None, to=SECOND, programme=a_programme(), on=START)
    assert told == [StudentMovedUp(**said(START), **year(SECOND))]
    moved = after(place, told)
    assert [one.intake_id for one in moved.enrolments[0].years] == [FIRST.intake_id, SECOND.intake_id]
    assert pupils.move_up(moved, school=None, to=SECOND, programme=a_programme(), on=START) == []
    assert pupils.repeat(place, school=None, to=AGAIN, programme=a_programme(), on=START) == [
        StudentRepeated(**said(START), **year(AGAIN))
    ]


def test_a_change_of_programme_stays_in_the_school() -> None:
    place, to = started(), an_intake(programme=a_programme(programme="restauration"))
    told = pupils.change_programme(place, school=None, to=to, programme=a_programme(programme="restauration"), on=START)
    assert told == [StudentChangedProgramme(**{**said(START), **year(to), "programme": "restauration"})]
    assert after(place, told).enrolments[0].now.programme == "restauration"


@pytest.mark.parametrize(
    ("decision", "to"),
    [
        (pupils.move_up, AGAIN),
        (pupils.move_up, an_intake(school="chalon", school_year="2026-2027", year_of_study=2)),
        (pupils.move_up, an_intake(school_year="2027-2028", year_of_study=2)),
        (pupils.repeat, SECOND),
        (pupils.change_programme, SECOND),
        (pupils.change_programme, an_intake(school="chalon", programme=a_programme(programme="restauration"))),
    ],
)
def test_a_move_names_the_right_intake(decision: Any, to: Intake) -> None:
    with pytest.raises(Refused, match="wrong_intake"):
        decision(started(), school=None, to=to, programme=a_programme(), on=START)


def test_only_the_last_year_is_completed() -> None:
    with pytest.raises(Refused, match="not_last_year"):
        pupils.complete(started(), school=None, on=LATER)
    assert pupils.complete(in_last_year(), school=None, on=LATER) == [StudentCompleted(**said(LATER))]
    assert pupils.complete(completed(), school=None, on=LATER) == []


@pytest.mark.parametrize(
    ("place", "refused"),
    [
        (enrolled(), ["interrupt", "resume", "complete"]),
        (started(), ["miss_the_start", "resume"]),
        (interrupted(), ["start", "miss_the_start", "complete"]),
        (completed(), ["start", "miss_the_start", "interrupt", "resume"]),
    ],
    ids=["due", "present", "interrupted", "completed"],
)
def test_the_table_refuses_what_a_status_does_not_allow(place: Place, refused: list[str]) -> None:
    for verb in refused:
        more = {"code": InterruptionCode.MOVED} if verb == "interrupt" else {}
        if verb == "resume" and place.enrolments[0].status is Presence.PRESENT:
            assert pupils.resume(place, school=None, on=LATER) == []
            continue
        with pytest.raises(Refused, match="not_allowed"):
            getattr(pupils, verb)(place, school=None, on=LATER, **more)


def test_an_exam_is_registered_in_the_last_year_and_has_one_result() -> None:
    exam_id, place = exam_id_of(ENROLMENT, "2027-06"), in_last_year()
    with pytest.raises(Refused, match="not_last_year"):
        diplomas.register_exam(started(), school=None, session="2026-06", on=LATER)
    told = diplomas.register_exam(place, school=None, session="2027-06", on=LATER)
    assert told == [ExamRegistered(**said(LATER), exam_id=exam_id, session="2027-06")]
    place = after(place, told)
    assert diplomas.register_exam(place, school=None, session="2027-06", on=LATER) == []
    give: dict[str, Any] = {"school": None, "exam_id": exam_id, "on": LATER}
    told = diplomas.give_result(place, **give, result=Result.OBTAINED)
    assert told == [DiplomaObtained(**said(LATER), exam_id=exam_id)]
    assert diplomas.give_result(place, **give, result=Result.ABSENT) == [
        DiplomaFailed(**said(LATER), exam_id=exam_id, absent=True)
    ]
    place = after(place, told)
    assert diplomas.give_result(place, **give, result=Result.OBTAINED) == []
    with pytest.raises(Refused, match="already_given"):
        diplomas.give_result(place, **give, result=Result.FAILED)
    with pytest.raises(NotFound):
        diplomas.give_result(place, **{**give, "exam_id": uuid4()}, result=Result.FAILED)


def declare(place: Place, **more: Any) -> list[Event]:
    default: dict[str, Any] = {
        "school": None, "horizon": 6, "situation": OutcomeSituation.EMPLOYED, "contract": ContractKind.PERMANENT,
        "by_client": True, "source": OutcomeSource.SCHOOL, "proof": OutcomeProof.CONTRACT, "on": date(2028, 1, 2),
    }  # fmt: skip
    return diplomas.declare_outcome(place, **{**default, **more})


def test_what_became_of_a_leaver_is_kept_by_source() -> None:
    place, day = completed(), date(2028, 1, 2)
    told = declare(place)
    assert told == [
        OutcomeDeclared(
            **said(day), horizon=6, situation=OutcomeSituation.EMPLOYED, contract=ContractKind.PERMANENT, by_client=True,
            source=OutcomeSource.SCHOOL, proof=OutcomeProof.CONTRACT,
        )
    ]  # fmt: skip
    place = after(place, told)
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
