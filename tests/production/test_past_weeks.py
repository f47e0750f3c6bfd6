"""A week belongs to the programme and the presence of that week, whenever it is typed and in whatever order it is heard of."""

from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.production.domain.pupils import Pupil, enrolment_for, ensure_present, heard, pupil_of
from services.production.domain.told import PupilEvent, PupilRow
from shared.events.students import (
    EnrolmentStatus,
    InterruptionCode,
    StudentChangedProgramme,
    StudentCompleted,
    StudentInterrupted,
    StudentMovedUp,
    StudentResumed,
    StudentStarted,
)
from shared.kernel.calendar import week_of
from shared.kernel.errors import Refused
from tests.production.builders import ENROLMENT, WHOSE, YOUNG, an_enrolment, an_id

NOVEMBER, DECEMBER = date(2025, 11, 5), date(2025, 12, 2)
"""A Wednesday, and a Tuesday."""
ENROLLED = an_enrolment()
STARTED = StudentStarted(**WHOSE, on=date(2025, 9, 1))
LEFT = StudentInterrupted(**WHOSE, on=NOVEMBER, code=InterruptionCode.LOST_CONTACT)
BACK = StudentResumed(**WHOSE, on=DECEMBER)


def a_move(on: date, *, school_year: str = "2025-2026", **overrides: Any) -> StudentChangedProgramme:
    usual = {**WHOSE, "programme": "bac-usinage", "intake_id": an_id("other"), "year_of_study": 1, "last_year": False}
    return StudentChangedProgramme(**{**usual, "on": on, "school_year": school_year, **overrides})


def hearing(*events: PupilEvent) -> Pupil:
    """The pupil once these are heard, in the order in which enrolment told them."""
    return hearing_as(in_turn(*events))


def in_turn(*events: PupilEvent) -> list[tuple[int, PupilEvent]]:
    return [*enumerate(events, start=1)]


def hearing_as(told: list[tuple[int, PupilEvent]]) -> Pupil:
    row = PupilRow(enrolment_id=ENROLMENT, young_id=YOUNG, school="besancon")
    for sequence, event in told:
        row = heard(row, event, sequence)
    pupil = pupil_of(row)
    assert pupil is not None
    return pupil


def refused(pupil: Pupil, day: date) -> str | None:
    """The sentence with which the week of a day is refused, if it is."""
    try:
        ensure_present(pupil, week_of(day))
    except Refused as problem:
        return problem.sentence
    return None


def test_a_week_inside_an_absence_is_refused_before_the_return_and_after_it() -> None:
    inside = date(2025, 11, 18)
    assert refused(hearing(ENROLLED, STARTED, LEFT), inside) == (
        "Cet élève est parti le 05/11/2025 : la semaine 2025-W47 est après."
    )
    assert refused(hearing(ENROLLED, STARTED, LEFT, BACK), inside) == (
        "Cet élève est parti le 05/11/2025 et revenu le 02/12/2025 : la semaine 2025-W47 est entre les deux."
    )


def test_a_week_partly_absent_is_accepted() -> None:
    pupil = hearing(ENROLLED, STARTED, LEFT, BACK)
    assert [week for week in (NOVEMBER, DECEMBER) if refused(pupil, week)] == []
    edges = (NOVEMBER + timedelta(days=7), DECEMBER - timedelta(days=7))
    assert None not in [refused(pupil, week) for week in edges]


def test_who_left_twice_was_there_in_between() -> None:
    again = StudentInterrupted(**WHOSE, on=date(2026, 2, 4), code=InterruptionCode.MOVED)
    pupil = hearing(ENROLLED, STARTED, LEFT, BACK, again)
    assert refused(pupil, date(2026, 1, 14)) is None
    assert None not in (refused(pupil, date(2025, 11, 18)), refused(pupil, date(2026, 3, 4)))


def test_who_came_late_has_no_week_before_the_day_they_came() -> None:
    pupil = hearing(ENROLLED, StudentStarted(**WHOSE, on=date(2025, 9, 17)))
    assert refused(pupil, date(2025, 9, 10)) == "Cet élève entre le 17/09/2025 : la semaine 2025-W37 est avant."
    assert refused(pupil, date(2025, 9, 15)) is None
    assert refused(hearing(ENROLLED), date(2025, 9, 10)) is None


def test_a_late_week_takes_the_programme_of_that_week() -> None:
    pupil = hearing(ENROLLED, STARTED, a_move(date(2026, 1, 7)))
    days = (date(2025, 9, 8), date(2026, 1, 2), date(2026, 1, 5), date(2026, 1, 9), date(2026, 6, 1))
    assert [pupil.programme_in(week_of(day)) for day in days] == [
        "cap-cip", "cap-cip", "bac-usinage", "bac-usinage", "bac-usinage",
    ]  # fmt: skip


def test_a_change_for_the_following_school_year_leaves_this_one_as_it_is() -> None:
    pupil = hearing(ENROLLED, STARTED, a_move(date(2026, 6, 3), school_year="2026-2027"))
    assert pupil.programme_in("2026-W25") == "cap-cip"
    assert pupil.programme_in("2026-W36") == "bac-usinage"


def test_a_week_of_a_school_year_typed_in_the_next_one_keeps_its_programme() -> None:
    up = StudentMovedUp(**{**a_move(date(2026, 6, 30), school_year="2026-2027").model_dump(), "programme": "cap-cip"})
    pupil = hearing(ENROLLED, STARTED, up, a_move(date(2026, 10, 1), school_year="2026-2027"))
    assert [pupil.programme_in(week) for week in ("2026-W20", "2026-W38", "2026-W45")] == ["cap-cip", "cap-cip", "bac-usinage"]


def test_a_week_belongs_to_the_enrolment_of_that_week() -> None:
    cap = hearing(ENROLLED, STARTED, StudentCompleted(**WHOSE, on=date(2026, 7, 1)))
    bac_pro = cap.model_copy(update={"enrolment_id": an_id("bac pro"), "starts_on": date(2026, 9, 1), "aways": ()})
    for known in permutations([cap, bac_pro]):
        belongs = [enrolment_for(known, week).enrolment_id for week in ("2025-W37", "2026-W27", "2026-W33", "2026-W36")]
        assert belongs == [ENROLMENT, ENROLMENT, ENROLMENT, an_id("bac pro")]


def test_a_week_goes_to_the_enrolment_in_which_they_were_there() -> None:
    back_in_the_first = hearing(ENROLLED, STARTED, LEFT, BACK)
    second = back_in_the_first.model_copy(
        update={"enrolment_id": an_id("second"), "starts_on": NOVEMBER, "aways": back_in_the_first.aways[:1]}
    )
    gone = second.model_copy(update={"aways": (second.aways[0].model_copy(update={"until": None}),)})
    assert enrolment_for([back_in_the_first, gone], week_of(DECEMBER)).enrolment_id == ENROLMENT


@pytest.mark.parametrize("never_came", [EnrolmentStatus.GAVE_UP, EnrolmentStatus.DID_NOT_START])
def test_a_week_is_not_of_an_enrolment_that_was_given_up_or_missed(never_came: EnrolmentStatus) -> None:
    there = hearing(ENROLLED, STARTED)
    other = there.model_copy(update={"enrolment_id": an_id("second"), "starts_on": NOVEMBER, "status": never_came})
    assert enrolment_for([there, other], week_of(DECEMBER)).enrolment_id == ENROLMENT


@pytest.mark.parametrize("day", [date(2025, 10, 1), date(2025, 11, 18), date(2026, 1, 14)])
def test_a_week_has_one_answer_in_every_order_of_hearing(day: date) -> None:
    told = in_turn(ENROLLED, STARTED, LEFT, BACK, a_move(date(2026, 1, 7)))
    pupils = [hearing_as([*order, order[0]]) for order in permutations(told)]
    assert all(pupil == pupils[0] for pupil in pupils)
    assert (refused(pupils[0], day) is not None) == (day == date(2025, 11, 18))


@given(st.permutations(range(6)), st.lists(st.integers(0, 5), max_size=6))
def test_what_comes_late_or_twice_ends_the_same(order: list[int], again: list[int]) -> None:
    second = StudentInterrupted(**WHOSE, on=date(2026, 2, 4), code=InterruptionCode.MOVED)
    told = in_turn(ENROLLED, STARTED, LEFT, BACK, a_move(date(2026, 1, 7)), second)
    assert hearing_as([told[rank] for rank in [*order, *again]]) == hearing_as(told)
