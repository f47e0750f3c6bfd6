"""The last move up, repeat or change of programme is mended, and the seats that a pupil holds follow from their years."""

from datetime import date
from typing import Any

import pytest

from services.enrolment.domain import pupils
from services.enrolment.domain.corrections import correct_year, seats_held
from services.enrolment.domain.intake import Intake
from services.enrolment.domain.pupil import Pupil, PupilEvent
from shared.events.corrections import YearCorrected
from shared.events.students import Move
from shared.kernel.errors import Refused
from tests.enrolment.builders import (
    AGAIN,
    FIRST,
    MAY,
    SECOND,
    START,
    a_programme,
    after,
    an_intake,
    completed,
    enrolled,
    in_last_year,
    interrupted,
    started,
    year,
)
from tests.enrolment.test_corrections import back, mending, missed, one, said

WELDING = a_programme(programme="soudure")
OTHER = an_intake(programme=WELDING)


def move(place: Pupil, replaces_on: date, happened_on: date | None = None, to: Intake | None = None) -> list[PupilEvent]:
    programme = a_programme(programme=to.programme) if to else None
    return correct_year(place, school=None, mending=mending(replaces_on, happened_on), titles=(), to=to, programme=programme)


def changed(on: date = START) -> Pupil:
    return after(started(), pupils.change_programme(started(), school=None, to=OTHER, programme=WELDING, on=on))


def test_a_move_was_to_another_intake_on_another_day_or_was_none() -> None:
    up: dict[str, Any] = {"replaces_move": Move.MOVED_UP, "replaces_intake_id": SECOND.intake_id}
    again = move(in_last_year(), START, START, AGAIN)
    assert again == [YearCorrected(**said(START, START), **year(AGAIN), **up, move=Move.REPEATED)]
    later = move(in_last_year(), START, date(2026, 9, 1))
    assert later == [YearCorrected(**said(START, date(2026, 9, 1)), **year(SECOND), **up, move=Move.MOVED_UP)]
    none = move(in_last_year(), START)
    assert none == [YearCorrected(**said(START), **year(FIRST), **up)]
    for decided, now in ((again, AGAIN), (later, SECOND), (none, FIRST)):
        mended = after(in_last_year(), decided)
        assert one(mended).now.intake_id == now.intake_id
    assert move(after(in_last_year(), none), START) == []
    assert move(in_last_year(), START, START, SECOND) == []


def test_a_move_is_mended_to_an_intake_that_follows_from_the_year_before() -> None:
    in_two_years = an_intake(school_year="2027-2028")
    two_further = an_intake(school_year="2026-2027", programme=a_programme(years=3), year_of_study=3)
    elsewhere = an_intake(school="chalon", school_year="2026-2027")
    for wrong in (in_two_years, two_further, elsewhere):
        with pytest.raises(Refused, match="wrong_intake"):
            move(in_last_year(), START, START, wrong)


def test_only_the_last_move_is_mended_and_not_under_a_completion() -> None:
    to = an_intake(programme=WELDING, school_year="2026-2027", year_of_study=2)
    moved_up = pupils.move_up(changed(), school=None, to=to, programme=WELDING, on=date(2026, 9, 1))
    with pytest.raises(Refused, match="not_last_move"):
        move(after(changed(), moved_up), START)
    with pytest.raises(Refused, match="contradiction"):
        move(completed(), START)


def test_who_changed_programme_before_they_started_is_due_where_they_were() -> None:
    to = an_intake(programme=WELDING, school_year="2026-2027")
    place = after(enrolled(), pupils.change_programme(enrolled(), school=None, to=to, programme=WELDING, on=MAY))
    (decided,) = move(place, MAY)
    assert isinstance(decided, YearCorrected)
    assert decided.starts_on == START
    assert one(after(place, [decided])).starts_on == START
    assert pupils.start(after(place, [decided]), school=None, on=START)


@pytest.mark.parametrize(
    ("place", "held"),
    [
        (enrolled(), {FIRST.intake_id}),
        (missed(), set()),
        (interrupted(), set()),
        (back(), {FIRST.intake_id}),
        (in_last_year(), {FIRST.intake_id, SECOND.intake_id}),
        (completed(), {FIRST.intake_id, SECOND.intake_id}),
        (changed(), {OTHER.intake_id}),
    ],
)
def test_the_seats_of_a_pupil_follow_from_their_years_and_status(place: Pupil, held: set[Any]) -> None:
    assert seats_held(one(place)) == held
