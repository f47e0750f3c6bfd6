"""The decisions and measures of a pupil's week, without I/O."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.production.domain import weeks
from services.production.domain.history import Taught
from services.production.domain.measures import Shares, TotalHours, alerts, shares
from services.production.domain.order import Order, OrderStatus
from services.production.domain.pupils import Pupil, enrolment_for
from services.production.domain.weeks import PupilHours, WorkedWeek
from shared.events.production import Hours, OnOrder, WorkLogged
from shared.events.students import EnrolmentStatus
from shared.kernel.errors import Invalid, Problem, Refused
from tests.production.builders import ENROLMENT, MONDAY, ORDER, WEEK, WHOSE, YOUNG, a_pupil, an_id, an_order

FRIDAY = MONDAY + timedelta(days=4)
USUAL = Hours(production=1200, practice=300, teaching=600)


def log(
    worked: WorkedWeek | None = None,
    *,
    pupil: Pupil | None = None,
    week: str = WEEK,
    minutes: Hours = USUAL,
    on_orders: tuple[OnOrder, ...] = (),
    orders: tuple[Order, ...] = (),
    on: date = FRIDAY,
) -> list[WorkLogged]:
    known = {order.order_id: order for order in orders}
    hours = PupilHours(young_id=YOUNG, minutes=minutes, on_orders=on_orders)
    return weeks.log_work(worked, pupil=pupil or a_pupil(), week=week, hours=hours, orders=known, on=on)


def logged(**overrides: Any) -> WorkedWeek:
    (event,) = log(**overrides)
    return weeks.evolve(None, event)


def refusal(**overrides: Any) -> Problem:
    with pytest.raises(Problem) as refused:
        log(**overrides)
    return refused.value


def test_a_week_is_told_with_its_hours_by_kind_and_by_order() -> None:
    split = (OnOrder(order_id=ORDER, minutes=900),)
    events = log(on_orders=split, orders=(an_order(OrderStatus.STARTED),))
    assert events == [WorkLogged(**WHOSE, on=FRIDAY, week=WEEK, minutes=USUAL, on_orders=split)]


def test_the_same_week_said_twice_tells_nothing_and_another_replaces_it() -> None:
    worked = logged()
    assert log(worked, on=FRIDAY + timedelta(days=3)) == []
    (event,) = log(worked, minutes=Hours(teaching=60))
    assert weeks.evolve(worked, event).minutes == Hours(teaching=60)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=12))
def test_a_week_said_again_and_again_keeps_what_was_said_last(stated: list[int]) -> None:
    worked: WorkedWeek | None = None
    for production in stated:
        for event in [*log(worked, minutes=Hours(production=production)), *log(worked, minutes=Hours(production=production))]:
            worked = weeks.evolve(worked, event)
    assert worked is not None
    assert worked.minutes == Hours(production=stated[-1])


def test_a_week_belongs_to_the_school_year_of_its_monday() -> None:
    assert logged().school_year == "2025-2026"
    summer = logged(week="2026-W31", on=date(2026, 8, 1))
    assert summer.school_year == "2025-2026"


def test_sixty_hours_is_a_long_week_and_a_minute_more_a_typing_error() -> None:
    assert log(minutes=Hours(production=3600))
    refused = refusal(minutes=Hours(production=3000, absence_justified=601))
    assert (type(refused), refused.code) == (Invalid, "too_many_hours")
    assert refused.sentence == "60 h 01 dans une semaine : s’agit-il de minutes ? Au-delà de 60 h, elle n’est pas enregistrée."


def test_a_week_that_has_not_begun_is_refused() -> None:
    assert refusal(week="2025-W38").code == "in_the_future"
    assert log(on=MONDAY)


def test_the_hours_on_orders_are_part_of_production() -> None:
    started = (an_order(OrderStatus.STARTED),)
    too_many = (OnOrder(order_id=ORDER, minutes=1201),)
    assert refusal(on_orders=too_many, orders=started).code == "more_than_production"
    twice = (OnOrder(order_id=ORDER, minutes=1), OnOrder(order_id=ORDER, minutes=2))
    assert refusal(on_orders=twice, orders=started).code == "order_said_twice"


@pytest.mark.parametrize("status", OrderStatus)
def test_hours_are_on_orders_that_the_client_accepted(status: OrderStatus) -> None:
    overrides: dict[str, Any] = {"on_orders": (OnOrder(order_id=ORDER, minutes=60),), "orders": (an_order(status),)}
    if status in (OrderStatus.RECEIVED, OrderStatus.QUOTED, OrderStatus.CANCELLED):
        assert refusal(**overrides).code == "order_not_accepted"
    else:
        assert log(**overrides)


def test_hours_of_a_week_are_on_orders_that_were_accepted_by_then_whenever_they_are_typed() -> None:
    worked: dict[str, Any] = {"on_orders": (OnOrder(order_id=ORDER, minutes=60),), "on": date(2025, 11, 3)}
    sunday = MONDAY + timedelta(days=6)
    assert log(**worked, orders=(an_order(OrderStatus.STARTED, on=sunday),))
    refused = refusal(**worked, orders=(an_order(OrderStatus.STARTED, on=sunday + timedelta(days=1)),))
    assert refused.code == "order_not_accepted"
    assert refused.sentence == "Une des commandes n’a été acceptée par le client que le 15/09/2025, après cette semaine."


def test_an_order_that_the_school_does_not_have_is_refused() -> None:
    assert refusal(on_orders=(OnOrder(order_id=an_id("theirs"), minutes=60),)).code == "unknown_order"


def test_the_week_of_arrival_and_the_week_of_leaving_have_hours_and_none_beyond() -> None:
    arrives = a_pupil(starts_on=MONDAY + timedelta(days=2))
    assert log(pupil=arrives)
    assert refusal(pupil=arrives, week="2025-W36").sentence == "Cet élève entre le 10/09/2025 : la semaine 2025-W36 est avant."
    left = a_pupil(status=EnrolmentStatus.INTERRUPTED, left_on=MONDAY + timedelta(days=1))
    later = date(2025, 10, 1)
    assert log(pupil=left, on=later)
    refused = refusal(pupil=left, week="2025-W38", on=later)
    assert refused.sentence == "Cet élève est parti le 09/09/2025 : la semaine 2025-W38 est après."
    assert refusal(pupil=a_pupil(status=EnrolmentStatus.DID_NOT_START)).code == "never_came"


def test_a_week_said_again_keeps_its_own_programme_as_it_is_known_now() -> None:
    since_october = Taught(since=date(2025, 10, 1), programme="bac-usinage")
    moved = a_pupil(programmes=(Taught(since=date(2025, 9, 1), programme="cap-cip"), since_october))
    (event,) = log(logged(), pupil=moved, minutes=Hours(practice=60))
    assert event.programme == "cap-cip"
    (event,) = log(logged(), pupil=a_pupil(programme="bac-usinage"))
    assert (event.programme, event.minutes) == ("bac-usinage", USUAL)


def test_of_a_pupil_of_whom_the_last_programme_alone_is_known_a_week_keeps_what_was_logged() -> None:
    (event,) = log(logged(), pupil=a_pupil(programme="bac-usinage", whole=False), minutes=Hours(practice=60))
    assert event.programme == "cap-cip"


def test_a_week_belongs_to_the_latest_enrolment_begun_by_then() -> None:
    first = a_pupil(starts_on=date(2024, 9, 2), status=EnrolmentStatus.INTERRUPTED, left_on=date(2024, 12, 1))
    second = a_pupil(enrolment_id=an_id("second"))
    assert enrolment_for([second, first], WEEK) == second
    assert enrolment_for([second, first], "2024-W45") == first
    assert enrolment_for([second, first], "2023-W45") == first
    never = a_pupil(enrolment_id=an_id("third"), status=EnrolmentStatus.DID_NOT_START)
    assert enrolment_for([second, never], WEEK) == enrolment_for([never, second], WEEK) == second
    with pytest.raises(Refused, match="unknown_pupil"):
        enrolment_for([], WEEK)


def test_the_two_shares_are_of_production_practice_and_teaching_alone() -> None:
    week = TotalHours(production=1200, practice=300, teaching=500, placement=999, absence_justified=999)
    assert shares(week) == Shares(production_share=0.6, practice_share=0.75)
    assert shares(TotalHours(placement=60)) == Shares(production_share=None, practice_share=None)


def test_nothing_is_said_of_a_week_on_target() -> None:
    on_target = TotalHours(production=1400, teaching=700)
    assert alerts(pupil=a_pupil(), monday=MONDAY, week=on_target, year=on_target) == []
    assert alerts(pupil=a_pupil(), monday=MONDAY, week=TotalHours(), year=TotalHours()) == []


def test_a_minor_beyond_35_hours_of_presence_is_seen_and_an_adult_is_not() -> None:
    week = TotalHours(production=2000, placement=101, absence_justified=500)
    on_target = TotalHours(production=1)
    (alert,) = alerts(pupil=a_pupil(), monday=MONDAY, week=week, year=on_target)
    assert alert.model_dump() == {"code": "minor_over_35_hours", "detail": "35 h 01 de présence : un mineur n’en fait que 35."}
    assert alerts(pupil=a_pupil(birth_month="2007-08"), monday=MONDAY, week=week, year=on_target) == []


def test_a_school_year_under_its_two_targets_is_seen() -> None:
    year = TotalHours(production=500, practice=99, teaching=401)
    found = alerts(pupil=a_pupil(), monday=MONDAY, week=TotalHours(), year=year)
    assert [alert.detail for alert in found] == [
        "Depuis la rentrée, 50 % de production : la cible est de deux tiers.",
        "Depuis la rentrée, 59 % de pratique : la cible est de 60 %.",
    ]


def test_the_enrolment_of_a_week_is_the_one_it_was_told_with() -> None:
    assert logged().enrolment_id == ENROLMENT
