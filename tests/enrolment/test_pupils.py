"""A pupil: enrolled once at a time, year after year, until leaving."""

from datetime import date
from typing import Any

import pytest

from services.enrolment.domain import pupils
from services.enrolment.domain.intake import Intake
from services.enrolment.domain.pupil import Pupil
from shared.events.students import (
    EnrolmentStatus,
    InterruptionCode,
    StudentChangedProgramme,
    StudentCompleted,
    StudentEnrolled,
    StudentInterrupted,
    StudentMovedUp,
    StudentRepeated,
    StudentResumed,
    StudentStarted,
)
from shared.kernel.errors import NotFound, Refused
from tests.enrolment.builders import (
    AGAIN,
    FIRST,
    LATER,
    MAY,
    SECOND,
    START,
    YOUNG,
    a_programme,
    after,
    an_intake,
    completed,
    enrolled,
    fields_on,
    in_last_year,
    interrupted,
    started,
    year,
)


def test_a_confirmed_place_makes_a_pupil_once() -> None:
    decided = pupils.enrol(None, young_id=YOUNG, birth_month="2009-03", intake=FIRST, programme=a_programme(), on=MAY)
    assert decided == [StudentEnrolled(**fields_on(MAY), **year(FIRST), birth_month="2009-03", starts_on=START)]
    again = pupils.enrol(enrolled(), young_id=YOUNG, birth_month="2009-03", intake=FIRST, programme=a_programme(), on=MAY)
    assert again == []


@pytest.mark.parametrize("place", [in_last_year(), completed()], ids=["present", "completed"])
def test_a_place_confirmed_again_in_the_intake_of_a_later_year_makes_no_other_enrolment(place: Pupil) -> None:
    fields: dict[str, Any] = {"young_id": YOUNG, "birth_month": "2009-03", "programme": a_programme(), "on": LATER}
    assert pupils.enrol(place, intake=SECOND, **fields) == []


@pytest.mark.parametrize("place", [enrolled(), started()], ids=["due", "present"])
def test_nobody_has_two_active_enrolments(place: Pupil) -> None:
    with pytest.raises(Refused, match="already_enrolled"):
        enrolled(place, an_intake(school="chalon"))


@pytest.mark.parametrize("place", [interrupted(), completed()], ids=["interrupted", "completed"])
def test_who_left_may_enrol_again_and_the_past_is_kept(place: Pupil) -> None:
    again = enrolled(place, an_intake(school="chalon"))
    assert [one.school for one in again.enrolments] == ["besancon", "chalon"]
    assert again.schools == ("besancon", "chalon")
    assert again.enrolments[0] == place.enrolments[0]


def test_a_school_decides_on_its_own_enrolment_only() -> None:
    place = enrolled(interrupted(), an_intake(school="chalon"))
    with pytest.raises(Refused, match="not_allowed"):
        pupils.start(place, school="besancon", on=START)
    assert pupils.start(place, school="chalon", on=date(2025, 12, 1)) != []
    with pytest.raises(NotFound):
        pupils.start(place, school="dole", on=START)


def test_nobody_starts_before_the_first_day() -> None:
    assert pupils.start(enrolled(), school=None, on=START) == [StudentStarted(**fields_on(START))]
    assert pupils.start(started(), school=None, on=START) == []
    with pytest.raises(Refused, match="before_start"):
        pupils.start(enrolled(), school=None, on=date(2025, 8, 31))


def test_who_interrupted_may_come_back_unless_enrolled_elsewhere() -> None:
    day = date(2026, 1, 5)
    decided = pupils.interrupt(started(), school=None, code=InterruptionCode.MOVED, on=day)
    assert decided == [StudentInterrupted(**fields_on(day), code=InterruptionCode.MOVED)]
    assert pupils.resume(interrupted(), school=None, on=day) == [StudentResumed(**fields_on(day))]
    back = after(interrupted(), pupils.resume(interrupted(), school=None, on=day)).enrolments[0]
    assert (back.status, back.left_on, back.code) == (EnrolmentStatus.PRESENT, None, None)
    with pytest.raises(Refused, match="already_enrolled"):
        pupils.resume(enrolled(interrupted(), an_intake(school="chalon")), school="besancon", on=day)


def test_a_year_leads_to_the_next_of_the_same_programme() -> None:
    place = started()
    decided = pupils.move_up(place, school=None, to=SECOND, programme=a_programme(), on=START)
    assert decided == [StudentMovedUp(**fields_on(START), **year(SECOND))]
    moved = after(place, decided)
    assert [one.intake_id for one in moved.enrolments[0].years] == [FIRST.intake_id, SECOND.intake_id]
    assert pupils.move_up(moved, school=None, to=SECOND, programme=a_programme(), on=START) == []
    assert pupils.repeat(place, school=None, to=AGAIN, programme=a_programme(), on=START) == [
        StudentRepeated(**fields_on(START), **year(AGAIN))
    ]


def test_a_change_of_programme_stays_in_the_school() -> None:
    place, to = started(), an_intake(programme=a_programme(programme="restauration"))
    decided = pupils.change_programme(place, school=None, to=to, programme=a_programme(programme="restauration"), on=START)
    assert decided == [StudentChangedProgramme(**{**fields_on(START), **year(to), "programme": "restauration"})]
    assert after(place, decided).enrolments[0].now.programme == "restauration"


def test_a_change_of_programme_asks_for_the_age_of_its_machines() -> None:
    place, to = started().model_copy(update={"birth_month": "2011-03"}), an_intake(programme=a_programme(programme="soudure"))
    change: dict[str, Any] = {"school": None, "to": to, "on": START}
    with pytest.raises(Refused, match="not_eligible"):
        pupils.change_programme(place, programme=a_programme(programme="soudure"), **change)
    assert pupils.change_programme(place, programme=a_programme(programme="soudure", dangerous_machines=False), **change)


def test_who_changes_programme_before_starting_starts_with_the_new_one() -> None:
    programme = a_programme(programme="soudure")
    to = an_intake(programme=programme, school_year="2026-2027")
    change: dict[str, Any] = {"school": None, "to": to, "programme": programme, "on": START}
    place = after(enrolled(), pupils.change_programme(enrolled(), **change))
    assert place.enrolments[0].starts_on == date(2026, 9, 1)
    with pytest.raises(Refused, match="before_start"):
        pupils.start(place, school=None, on=START)
    (decided,) = pupils.change_programme(started(), **change)
    assert isinstance(decided, StudentChangedProgramme)
    assert decided.starts_on is None


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
    assert pupils.complete(in_last_year(), school=None, on=LATER) == [StudentCompleted(**fields_on(LATER))]
    assert pupils.complete(completed(), school=None, on=LATER) == []


@pytest.mark.parametrize(
    ("place", "refused"),
    [
        (enrolled(), ["interrupt", "resume", "complete"]),
        (started(), ["record_no_show", "resume"]),
        (interrupted(), ["start", "record_no_show", "complete"]),
        (completed(), ["start", "record_no_show", "interrupt", "resume"]),
    ],
    ids=["due", "present", "interrupted", "completed"],
)
def test_the_table_refuses_what_a_status_does_not_allow(place: Pupil, refused: list[str]) -> None:
    for verb in refused:
        more = {"code": InterruptionCode.MOVED} if verb == "interrupt" else {}
        if verb == "resume" and place.enrolments[0].status is EnrolmentStatus.PRESENT:
            assert pupils.resume(place, school=None, on=LATER) == []
            continue
        with pytest.raises(Refused, match="not_allowed"):
            getattr(pupils, verb)(place, school=None, on=LATER, **more)
