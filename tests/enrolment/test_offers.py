"""An offer that stands ends on another day, or is taken back; an intake begins and closes on other days."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.enrolment.domain import applications, places
from services.enrolment.domain.dates import change_dates, move_start
from services.enrolment.domain.intake import Intake, IntakeEvent
from services.enrolment.domain.offers import extend_offer, take_back_offer
from services.enrolment.domain.policy import promote_automatically
from shared.events.applications import ApplicationReopened, ApplicationStatus, PlaceOffered, PlaceOfferWithdrawn
from shared.events.catalogue import IntakeDatesChanged, Promotion
from shared.events.students import StudentStartMoved
from shared.kernel.errors import Invalid, Refused
from tests.enrolment.builders import (
    CLOSING,
    DEADLINE,
    MAY,
    START,
    a_programme,
    a_referral,
    an_intake,
    confirmed,
    enrolled,
    fields_of,
    fields_on,
    happened,
    offered,
    started,
    waitlisted,
)

LATER, SOONER = date(2025, 7, 4), date(2025, 5, 20)
OCTOBER = date(2025, 10, 6)


def test_an_offer_ends_on_another_day_later_or_earlier() -> None:
    intake = offered(an_intake(), referral := a_referral())
    young = referral.young_id
    for until in (LATER, SOONER):
        decided = extend_offer(intake, young_id=young, until=until, on=MAY)
        assert decided == [PlaceOffered(**fields_of(intake, young), until=until)]
        intake = happened(intake, decided)
        assert extend_offer(intake, young_id=young, until=until, on=MAY) == []
    with pytest.raises(Refused, match="offer_expired"):
        places.confirm(intake, young_id=young, on=date(2025, 5, 21))


def test_an_offer_ends_by_the_closing_and_not_before_it_is_extended() -> None:
    intake = offered(an_intake(), referral := a_referral())
    (told,) = extend_offer(intake, young_id=referral.young_id, until=date(2026, 3, 1), on=MAY)
    assert isinstance(told, PlaceOffered)
    assert told.until == CLOSING
    with pytest.raises(Refused, match="until_before"):
        extend_offer(intake, young_id=referral.young_id, until=date(2025, 5, 11), on=MAY)
    with pytest.raises(Refused, match="offer_expired"):
        extend_offer(intake, young_id=referral.young_id, until=LATER, on=date(2025, 6, 16))


def test_an_offer_taken_back_leaves_the_applicant_admissible_and_the_seat_to_who_waits() -> None:
    first, waiting = a_referral(), a_referral()
    intake = waitlisted(offered(an_intake(seats=1, promotion=Promotion.AUTOMATIC), first), waiting)
    decided = take_back_offer(intake, young_id=first.young_id, on=MAY)
    assert decided == [PlaceOfferWithdrawn(**fields_of(intake, first.young_id))]
    free = happened(intake, decided)
    application = free.application(first.young_id)
    assert (application.status, application.until, free.seats_left) == (ApplicationStatus.ADMISSIBLE, None, 1)
    (promoted,) = promote_automatically(free, MAY)
    assert isinstance(promoted, PlaceOffered)
    assert promoted.young_id == waiting.young_id
    assert take_back_offer(free, young_id=first.young_id, on=MAY) == []


def test_a_declined_place_is_reopened_and_offered_again_where_a_seat_is_free() -> None:
    intake = offered(an_intake(seats=1), referral := a_referral())
    young = referral.young_id
    declined = happened(intake, places.decline(intake, young_id=young, on=MAY))
    decided = applications.reopen(declined, young_id=young, on=MAY)
    assert decided == [ApplicationReopened(**fields_of(intake, young))]
    reopened = happened(declined, decided)
    assert reopened.application(young).status is ApplicationStatus.ADMISSIBLE
    assert places.offer(reopened, young_id=young, until=DEADLINE, on=MAY)
    with pytest.raises(Refused, match="no_place"):
        places.offer(offered(reopened, a_referral()), young_id=young, until=DEADLINE, on=MAY)


def changed(
    intake: Intake,
    starts_on: date = START,
    closes_on: date = CLOSING,
    *,
    started: Sequence[date] = (),
    birth_months: Mapping[UUID, str] | None = None,
    on: date = MAY,
) -> list[IntakeEvent]:
    return change_dates(
        intake, starts_on=starts_on, closes_on=closes_on, started=started, birth_months=birth_months or {},
        programme=a_programme(), on=on,
    )  # fmt: skip


def dates_changed(intake: Intake, **more: Any) -> IntakeDatesChanged:
    default = {"starts_on": START, "closes_on": CLOSING, "on": MAY}
    return IntakeDatesChanged(**{"intake_id": intake.intake_id, "school": intake.school, **default, **more})


def test_dates_change_together_and_saying_the_same_changes_nothing() -> None:
    intake = an_intake()
    decided = changed(intake, OCTOBER, date(2025, 11, 28))
    assert decided == [dates_changed(intake, starts_on=OCTOBER, closes_on=date(2025, 11, 28))]
    after = happened(intake, decided)
    assert (after.starts_on, after.closes_on) == (OCTOBER, date(2025, 11, 28))
    assert changed(after, OCTOBER, date(2025, 11, 28)) == []


def test_offers_end_by_the_new_closing() -> None:
    intake = offered(an_intake(), referral := a_referral())
    closing = date(2025, 6, 1)
    assert changed(intake, closes_on=closing) == [
        dates_changed(intake, closes_on=closing), PlaceOffered(**fields_of(intake, referral.young_id), until=closing),
    ]  # fmt: skip


def test_dates_stay_in_their_school_year_and_a_closing_is_to_come() -> None:
    intake = an_intake()
    for outside in ((date(2026, 9, 1), CLOSING), (START, date(2026, 9, 1)), (date(2024, 12, 31), CLOSING)):
        with pytest.raises(Invalid, match="outside_school_year"):
            changed(intake, *outside)
    with pytest.raises(Refused, match="closes_before_opening"):
        changed(intake, closes_on=date(2025, 5, 11))
    assert changed(intake, OCTOBER, on=date(2025, 11, 20)) == [dates_changed(intake, starts_on=OCTOBER, on=date(2025, 11, 20))]


def test_an_intake_does_not_begin_after_its_pupils_came() -> None:
    intake = an_intake()
    with pytest.raises(Refused, match="already_begun"):
        changed(intake, OCTOBER, started=[START])
    assert changed(intake, date(2025, 8, 28), started=[START])
    assert changed(intake, OCTOBER, started=[date(2024, 9, 2)])  # of who was taken over, in their second year


def test_nobody_is_brought_in_before_their_age() -> None:
    young = uuid.uuid4()
    intake = offered(an_intake(starts_on=date(2025, 10, 31)), a_referral(young_id=young, birth_month="2010-10"))
    with pytest.raises(Refused, match="not_eligible"):
        changed(intake, START, birth_months={young: "2010-10"})
    application = intake.application(young).model_copy(update={"overridden": True})
    assert changed(intake.with_application(application), START, birth_months={young: "2010-10"})


def test_who_is_due_is_due_on_the_new_day_and_who_came_is_not_concerned() -> None:
    pupil = enrolled()
    later = an_intake(starts_on=OCTOBER)
    assert move_start(pupil, intake=later, on=MAY) == [StudentStartMoved(**fields_on(MAY), starts_on=OCTOBER)]
    assert move_start(pupil, intake=an_intake(), on=MAY) == []
    assert move_start(started(), intake=later, on=MAY) == []
    august = an_intake(starts_on=date(2025, 8, 25))
    assert move_start(started(), intake=august, on=MAY) == [StudentStartMoved(**fields_on(MAY), starts_on=date(2025, 8, 25))]
    agreed = confirmed(an_intake(), a_referral(young_id=pupil.young_id))
    application = agreed.application(pupil.young_id).model_copy(update={"entry_on": date(2026, 1, 12)})
    (moved,) = move_start(pupil, intake=agreed.with_application(application), on=MAY)
    assert isinstance(moved, StudentStartMoved)
    assert moved.starts_on == date(2026, 1, 12)
