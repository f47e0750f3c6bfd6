"""Seats: opened, changed, promoted, taken and given back."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.enrolment.domain import applications, overdue, places, seats
from services.enrolment.domain.intake import intake_id_of
from services.enrolment.domain.policy import promote_automatically
from shared.events.applications import (
    ApplicationObsolete,
    ApplicationStatus,
    Met,
    PlaceConfirmed,
    PlaceExpired,
    PlaceOffered,
    PlaceReleased,
)
from shared.events.catalogue import IntakeOpened, IntakeSeatsChanged, Promotion
from shared.events.referral import Situation
from shared.kernel.errors import Refused, Unavailable
from tests.enrolment.builders import (
    CLOSING,
    DEADLINE,
    MAY,
    OPENING,
    START,
    a_programme,
    a_referral,
    an_intake,
    applied,
    confirmed,
    fields_of,
    happened,
    intake_command,
    offered,
    waitlisted,
)


def test_an_intake_opens_once() -> None:
    intake_id = intake_id_of("besancon", "usinage", "2025-2026", 1)
    assert seats.open_intake(None, **intake_command()) == [
        IntakeOpened(
            intake_id=intake_id, school="besancon", programme="usinage", school_year="2025-2026", year_of_study=1, seats=2,
            starts_on=START, closes_on=CLOSING, promotion=Promotion.CONFIRMED, on=OPENING,
        )
    ]  # fmt: skip
    assert seats.open_intake(confirmed(an_intake(), a_referral()), **intake_command(on=MAY)) == []
    with pytest.raises(Refused, match="already_open"):
        seats.open_intake(an_intake(), **intake_command(starts_on=MAY))


def test_an_intake_is_for_a_year_that_the_programme_has() -> None:
    for years, said in ((1, "se fait en 1 an."), (2, "se fait en 2 ans.")):
        with pytest.raises(Refused, match="no_such_year") as refused:
            seats.open_intake(None, **intake_command(programme=a_programme(years=years), year_of_study=3))
        assert refused.value.sentence.endswith(said)


def test_seats_are_never_fewer_than_are_taken() -> None:
    intake = confirmed(offered(an_intake(seats=3), a_referral()), a_referral())
    changed = IntakeSeatsChanged(intake_id=intake.intake_id, school="besancon", seats=2, on=MAY)
    assert seats.change_seats(intake, seats=2, on=MAY) == [changed]
    assert seats.change_seats(intake, seats=3, on=MAY) == []
    with pytest.raises(Refused, match="seats_taken") as refused:
        seats.change_seats(intake, seats=1, on=MAY)
    assert refused.value.sentence == "2 places sont déjà proposées ou occupées."
    with pytest.raises(Refused, match="seats_taken") as refused:
        seats.change_seats(offered(an_intake(seats=3), a_referral()), seats=0, on=MAY)
    assert refused.value.sentence == "Une place est déjà proposée ou occupée."


def test_a_seat_given_back_goes_to_the_first_waiting_by_priority_then_arrival() -> None:
    late, early, urgent = a_referral(), a_referral(), a_referral(situation=Situation.OUT_OF_SCHOOL)
    intake = waitlisted(waitlisted(applied(an_intake(seats=1), early), late), urgent)
    intake = happened(intake, applications.admit(intake, young_id=early.young_id, met=Met.INTERVIEW, on=MAY))
    intake = happened(intake, applications.waitlist(intake, young_id=early.young_id, on=MAY))
    order = []
    for _ in range(3):
        (decided,) = places.promote(intake, until=DEADLINE, on=MAY)
        assert isinstance(decided, PlaceOffered)
        order.append(decided.young_id)
        intake = happened(intake, [decided])
        intake = happened(intake, places.decline(intake, young_id=decided.young_id, on=MAY))
    assert order == [urgent.young_id, early.young_id, late.young_id]
    assert places.promote(intake, until=DEADLINE, on=MAY) == []


def test_nobody_on_the_waiting_list_is_offered_a_seat_out_of_turn() -> None:
    first, second = a_referral(), a_referral()
    intake = waitlisted(waitlisted(an_intake(), first), second)
    with pytest.raises(Refused, match="not_allowed"):
        places.offer(intake, young_id=second.young_id, until=DEADLINE, on=MAY)


def test_no_seat_is_promoted_that_is_not_free() -> None:
    intake = waitlisted(offered(an_intake(seats=1), a_referral()), a_referral())
    with pytest.raises(Refused, match="no_place"):
        places.promote(intake, until=DEADLINE, on=MAY)


def test_an_automatic_intake_offers_each_free_seat_for_ten_open_days() -> None:
    first, second, third = a_referral(), a_referral(), a_referral()
    intake = waitlisted(waitlisted(waitlisted(an_intake(promotion=Promotion.AUTOMATIC), first), second), third)
    offer: dict[str, Any] = {"until": MAY + timedelta(days=14), "days": 10}
    assert promote_automatically(intake, MAY) == [
        PlaceOffered(**fields_of(intake, first.young_id), **offer),
        PlaceOffered(**fields_of(intake, second.young_id), **offer),
    ]
    assert promote_automatically(intake.model_copy(update={"promotion": Promotion.CONFIRMED}), MAY) == []
    assert promote_automatically(intake, CLOSING + timedelta(days=1)) == []


def test_an_offer_expires_the_day_after_its_deadline() -> None:
    referral = a_referral()
    intake = offered(an_intake(), referral)
    assert overdue.expire_overdue(intake, today=DEADLINE) == []
    decided = overdue.expire_overdue(intake, today=date(2025, 7, 14))
    assert decided == [PlaceExpired(**fields_of(intake, referral.young_id, on=date(2025, 6, 16)))]
    assert overdue.expire_overdue(happened(intake, decided), today=date(2025, 7, 14)) == []


def test_nothing_stays_open_after_the_closing() -> None:
    waiting, refused, pupil = a_referral(), a_referral(birth_month="2013-01"), a_referral()
    intake = confirmed(applied(waitlisted(an_intake(), waiting), refused), pupil)
    assert overdue.expire_overdue(intake, today=CLOSING) == []
    closed = fields_of(intake, waiting.young_id, on=date(2025, 11, 1))
    assert overdue.expire_overdue(intake, today=date(2025, 12, 24)) == [ApplicationObsolete(**closed, because="intake_closed")]


def test_a_pupil_from_elsewhere_takes_a_seat_without_having_applied() -> None:
    referral, full = a_referral(), confirmed(an_intake(seats=1), a_referral())
    intake = an_intake(seats=1, year_of_study=2)
    decided = places.take_seat(intake, young_id=referral.young_id, on=MAY)
    assert decided == [PlaceConfirmed(**fields_of(intake, referral.young_id))]
    intake = happened(intake, decided)
    assert (intake.seats_left, intake.application(referral.young_id).referrals) == (0, ())
    assert places.take_seat(intake, young_id=referral.young_id, on=MAY) == []
    with pytest.raises(Refused, match="no_place"):
        places.take_seat(full, young_id=referral.young_id, on=MAY)


def test_a_departure_gives_the_seat_back_once_and_a_return_needs_a_free_one() -> None:
    referral = a_referral()
    intake = confirmed(an_intake(seats=1), referral)
    with pytest.raises(Unavailable, match="still_leaving"):
        places.take_seat_again(intake, young_id=referral.young_id, on=MAY)
    decided = places.release_seat(intake, young_id=referral.young_id, on=MAY)
    assert decided == [PlaceReleased(**fields_of(intake, referral.young_id))]
    intake = happened(intake, decided)
    assert (intake.seats_left, intake.application(referral.young_id).status) == (1, ApplicationStatus.RELEASED)
    assert places.release_seat(intake, young_id=referral.young_id, on=MAY) == []
    assert places.take_seat_again(intake, young_id=referral.young_id, on=MAY) == [
        PlaceConfirmed(**fields_of(intake, referral.young_id))
    ]
    with pytest.raises(Refused, match="no_place"):
        places.take_seat_again(offered(intake, a_referral()), young_id=referral.young_id, on=MAY)


def test_an_offer_already_held_counts_for_the_move() -> None:
    referral = a_referral()
    intake = offered(an_intake(seats=1), referral)
    assert places.take_seat(intake, young_id=referral.young_id, on=MAY) == [
        PlaceConfirmed(**fields_of(intake, referral.young_id))
    ]
