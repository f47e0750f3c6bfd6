"""Builders of pupils, at each step from a confirmed place to a departure."""

from collections.abc import Sequence
from datetime import date
from functools import reduce
from typing import Any
from uuid import UUID

from services.enrolment.domain import pupils
from services.enrolment.domain.enrolment import enrolment_id_of
from services.enrolment.domain.intake import Intake
from services.enrolment.domain.pupil import Pupil, PupilEvent, evolve
from shared.events.students import InterruptionCode
from tests.enrolment.builders import MAY, START, a_programme, an_intake

YOUNG = UUID("11111111-2222-4333-8444-555555555555")
FIRST = an_intake()
SECOND = an_intake(school_year="2026-2027", year_of_study=2)
AGAIN = an_intake(school_year="2026-2027")
ENROLMENT = enrolment_id_of(FIRST.intake_id, YOUNG)
LATER = date(2027, 7, 2)


def after(place: Pupil | None, events: Sequence[PupilEvent]) -> Pupil:
    state = reduce(evolve, events, place)
    assert state is not None
    return state


def enrolled(place: Pupil | None = None, intake: Intake = FIRST) -> Pupil:
    told = pupils.enrol(
        place, young_id=YOUNG, birth_month="2009-03", intake=intake, programme=a_programme(programme=intake.programme), on=MAY
    )
    return after(place, told)


def started() -> Pupil:
    place = enrolled()
    return after(place, pupils.start(place, school="besancon", on=START))


def interrupted(on: date = date(2025, 12, 1)) -> Pupil:
    place = started()
    return after(place, pupils.interrupt(place, school=None, code=InterruptionCode.MOVED, on=on))


def in_last_year() -> Pupil:
    place = started()
    return after(place, pupils.move_up(place, school=None, to=SECOND, programme=a_programme(), on=START))


def completed() -> Pupil:
    place = in_last_year()
    return after(place, pupils.complete(place, school=None, on=LATER))


def said_of(on: date, **more: Any) -> dict[str, Any]:
    return {"enrolment_id": ENROLMENT, "young_id": YOUNG, "school": "besancon", "programme": "usinage", "on": on, **more}


def year(intake: Intake) -> dict[str, Any]:
    last = intake.year_of_study == 2
    return {**intake.model_dump(include={"intake_id", "school_year", "year_of_study"}), "last_year": last}
