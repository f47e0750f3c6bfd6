"""The days that are said: in their order, in their school year, and none that stops the others."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.enrolment.domain import applications, diplomas, overdue, places, pupils, withdrawals
from services.enrolment.domain.pupil import Pupil
from services.enrolment.jobs import sweep
from services.enrolment.store import Store
from shared.events.applications import ApplicationStatus, Met
from shared.events.referral import RefusalCode
from shared.events.students import InterruptionCode, Result
from shared.kernel.errors import Invalid, Refused
from tests.enrolment.builders import (
    AUTUMN,
    LATER,
    MAY,
    SESSION,
    START,
    a_referral,
    after,
    an_intake,
    applied,
    completed,
    enrolled,
    in_last_year,
    interrupted,
    offered,
    started,
)
from tests.enrolment.drivers import intake_opens, offers, refers, status

BEFORE = MAY - timedelta(days=1)


def test_nothing_happens_to_an_application_before_what_happened_to_it_last() -> None:
    referral = a_referral()
    intake = applied(an_intake(), referral)
    fields: dict[str, Any] = {"young_id": referral.young_id, "on": BEFORE}
    for decision, more in (
        (applications.plan_interview, {"planned_on": MAY}),
        (applications.plan_immersion, {"planned_from": MAY, "planned_until": MAY}),
        (applications.admit, {"met": Met.INTERVIEW}),
        (applications.refuse, {"code": RefusalCode.OTHER}),
        (withdrawals.withdraw, {"agency": None}),
    ):
        with pytest.raises(Refused) as refused:
            decision(intake, **fields, **more)
        assert refused.value.code == "before_previous_step"
    assert refused.value.sentence == "Le 11/05/2025 précède le 12/05/2025, dernier jour connu de cette candidature."
    for answer in (places.confirm, places.decline):
        with pytest.raises(Refused, match="before_previous_step"):
            answer(offered(an_intake(), referral), **fields)


def test_a_meeting_is_planned_for_a_day_to_come() -> None:
    referral = a_referral()
    intake = applied(an_intake(), referral)
    fields: dict[str, Any] = {"young_id": referral.young_id, "on": MAY}
    with pytest.raises(Refused, match="planned_before"):
        applications.plan_interview(intake, **fields, planned_on=BEFORE)
    with pytest.raises(Refused, match="planned_before"):
        applications.plan_immersion(intake, **fields, planned_from=BEFORE, planned_until=MAY)


@pytest.mark.parametrize(
    ("decision", "place", "more"),
    [
        (pupils.start, enrolled(), {}),
        (pupils.record_no_show, enrolled(), {}),
        (pupils.interrupt, started(), {"code": InterruptionCode.MOVED}),
        (pupils.resume, interrupted(), {}),
        (pupils.complete, in_last_year(), {}),
        (diplomas.register_exam, in_last_year(), {"session": SESSION}),
    ],
)
def test_nothing_happens_to_a_pupil_before_what_happened_to_them_last(decision: Any, place: Pupil, more: dict[str, Any]) -> None:
    last = place.enrolments[0].since
    with pytest.raises(Refused, match=r"before_previous_step|before_start"):
        decision(place, school=None, on=last - timedelta(days=1), **more)


def test_who_left_on_a_day_came_back_on_that_day_or_later() -> None:
    place = interrupted(on=date(2025, 12, 1))
    with pytest.raises(Refused) as refused:
        pupils.resume(place, school=None, on=date(2025, 9, 2))
    assert refused.value.sentence == "Le 02/09/2025 précède le 01/12/2025, dernier jour connu de ce parcours."
    assert completed().enrolments[0].since == completed().enrolments[0].left_on


def test_a_result_does_not_come_before_the_first_day() -> None:
    place = in_last_year()
    place = after(place, diplomas.register_exam(place, school=None, session=SESSION, on=AUTUMN))
    result: dict[str, Any] = {"school": None, "exam_id": place.enrolments[0].exams[0].exam_id, "result": Result.OBTAINED}
    with pytest.raises(Refused, match="before_previous_step"):
        diplomas.give_result(place, on=START - timedelta(days=1), **result)
    assert diplomas.give_result(place, on=LATER, **result)


@pytest.mark.parametrize(
    "days",
    [
        {"starts_on": date(1950, 1, 1)},
        {"starts_on": date(2026, 9, 1)},
        {"closes_on": date(9999, 12, 31)},
        {"closes_on": date(2026, 9, 1)},
    ],
)
def test_an_intake_starts_and_closes_around_its_school_year(days: dict[str, date]) -> None:
    with pytest.raises(Invalid, match="outside_school_year"):
        an_intake(**days)
    assert an_intake(starts_on=date(2026, 8, 31), closes_on=date(2026, 8, 31)).school_year == "2025-2026"


def test_an_intake_is_open_on_the_day_that_it_closes() -> None:
    referral = a_referral()
    intake = applied(an_intake(), referral)
    assert overdue.expire_overdue(intake, today=intake.closes_on) == []
    (event,) = overdue.expire_overdue(intake, today=intake.closes_on + timedelta(days=1))
    assert event.on == intake.closes_on + timedelta(days=1)


async def test_an_intake_that_cannot_be_swept_holds_back_no_other(store: Store) -> None:
    young = {}
    for school in ("besancon", "chalon", "dole"):
        intake, referral = await intake_opens(store, school=school), a_referral()
        await refers(store, a_referral(young_id=referral.young_id, wishes=({"school": school, "programme": "usinage"},)))
        await offers(store, intake, referral.young_id)
        young[school] = (intake, referral.young_id)
    broken, _ = young["chalon"]
    await store.intakes.collection.update({"_id": str(broken.intake_id)}, {"$set": {"state.seats": "beaucoup"}})
    store.clock.advance(store.clock.now().replace(year=2025, month=7, day=1))
    await sweep(store)
    assert [await status(store, *young[school]) for school in ("besancon", "dole")] == [
        ApplicationStatus.EXPIRED,
        ApplicationStatus.EXPIRED,
    ]
