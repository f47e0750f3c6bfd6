"""An application: opened, joined, examined, answered."""

from datetime import date

import pytest

from services.enrolment.domain import applications, places, withdrawals
from services.enrolment.domain.application import Referring, Standing
from shared.events.applications import (
    ApplicationAdmissible,
    ApplicationIneligible,
    ApplicationOpened,
    ApplicationRefused,
    ApplicationReopened,
    ApplicationStatus,
    ApplicationUnderReview,
    IneligibleReason,
    InterviewPlanned,
    Met,
    PlaceConfirmed,
    PlaceOffered,
)
from shared.events.referral import RefusalCode, Situation
from shared.kernel.errors import Refused
from tests.enrolment.builders import (
    CLOSING,
    DEADLINE,
    MAY,
    a_programme,
    a_referral,
    admitted,
    an_intake,
    applied,
    fields_of,
    happened,
    intake_with,
    offered,
)

YOUNG, MACHINES = IneligibleReason.TOO_YOUNG, IneligibleReason.TOO_YOUNG_FOR_MACHINES


def test_a_wish_opens_an_application_that_the_school_examines() -> None:
    intake, referral = an_intake(), a_referral()
    assert applications.apply(intake, referral=referral, programme=a_programme(), on=MAY) == [
        ApplicationOpened(
            **fields_of(intake, referral.young_id), referral_id=referral.referral_id, agency="cio-dole", school_year="2025-2026",
            priority=2,
        ),
        ApplicationUnderReview(**fields_of(intake, referral.young_id)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("born", "machines", "reasons"),
    [
        ("2010-08", True, ()),
        ("2010-09", True, (MACHINES,)),
        ("2010-09", False, ()),
        ("2011-08", False, ()),
        ("2011-09", False, (YOUNG,)),
        ("2012-05", True, (YOUNG, MACHINES)),
        ("1990-01", True, ()),
    ],
)
def test_eligibility_is_computed_for_the_day_the_intake_starts(
    born: str, machines: bool, reasons: tuple[IneligibleReason, ...]
) -> None:
    intake, referral = an_intake(), a_referral(birth_month=born)
    decided = applications.apply(intake, referral=referral, programme=a_programme(dangerous_machines=machines), on=MAY)[1]
    against = ApplicationIneligible(**fields_of(intake, referral.young_id), reasons=reasons)
    assert decided == (against if reasons else ApplicationUnderReview(**fields_of(intake, referral.young_id)))


@pytest.mark.parametrize(
    ("born", "situation", "priority"),
    [
        ("2010-08", Situation.OUT_OF_SCHOOL, 1),
        ("2006-09", Situation.OUT_OF_SCHOOL, 1),
        ("2006-08", Situation.OUT_OF_SCHOOL, 3),
        ("2010-09", Situation.OUT_OF_SCHOOL, 3),
        ("2009-01", Situation.IN_TROISIEME, 2),
    ],
)
def test_who_is_out_of_school_and_15_to_18_comes_first(born: str, situation: Situation, priority: int) -> None:
    referral = a_referral(birth_month=born, situation=situation)
    opened = applications.apply(an_intake(), referral=referral, programme=a_programme(), on=MAY)[0]
    assert isinstance(opened, ApplicationOpened)
    assert opened.priority == priority


def test_a_second_referral_joins_the_application_where_it_stands() -> None:
    first = a_referral()
    second = a_referral(young_id=first.young_id, agency="mlds-jura", situation=Situation.OUT_OF_SCHOOL)
    intake = admitted(an_intake(), first)
    decided = applications.apply(intake, referral=second, programme=a_programme(), on=MAY)
    assert [type(event) for event in decided] == [ApplicationOpened]
    joined = happened(intake, decided).application(first.young_id)
    before = intake.application(first.young_id)
    seen = Standing(status=ApplicationStatus.UNDER_REVIEW, since=MAY)
    asking = Referring(referral_id=second.referral_id, agency="mlds-jura", on=MAY, arrival=2, priority=1, seen=seen)
    assert joined == before.model_copy(update={"referrals": (*before.referrals, asking), "priority": 1})


def test_the_same_referral_twice_changes_nothing() -> None:
    referral = a_referral()
    assert applications.apply(applied(an_intake(), referral), referral=referral, programme=a_programme(), on=MAY) == []


@pytest.mark.parametrize(
    "status",
    [
        ApplicationStatus.INELIGIBLE,
        ApplicationStatus.REFUSED,
        ApplicationStatus.DECLINED,
        ApplicationStatus.EXPIRED,
        ApplicationStatus.ENROLLED,
        ApplicationStatus.RELEASED,
    ],
)
def test_an_intake_that_answered_does_not_open_again_for_another_referral(status: ApplicationStatus) -> None:
    young = a_referral(birth_month="2011-03")
    intake = intake_with(status, young.young_id)
    again = a_referral(young_id=young.young_id, birth_month="2011-03")
    assert applications.apply(intake, referral=again, programme=a_programme(), on=MAY) == []


def test_after_a_withdrawal_a_new_referral_begins_again_behind_the_others() -> None:
    first, other = a_referral(), a_referral()
    intake = applied(admitted(an_intake(), first), other)
    intake = happened(intake, withdrawals.withdraw(intake, young_id=first.young_id, agency=None, on=MAY))
    intake = applied(intake, a_referral(young_id=first.young_id, agency="mlds-jura"))
    again = intake.application(first.young_id)
    assert (again.status, again.met) == (ApplicationStatus.UNDER_REVIEW, None)
    assert again.arrival > intake.application(other.young_id).arrival


def test_an_ineligible_application_is_examined_only_by_a_dispensation_whose_motive_is_not_told() -> None:
    referral = a_referral(birth_month="2010-09")
    intake = applied(an_intake(), referral)
    with pytest.raises(Refused, match="not_eligible"):
        applications.review(intake, young_id=referral.young_id, overridden=False, on=MAY)
    decided = applications.review(intake, young_id=referral.young_id, overridden=True, on=MAY)
    assert decided == [ApplicationUnderReview(**fields_of(intake, referral.young_id), overridden=True)]
    application = happened(intake, decided).application(referral.young_id)
    assert (application.status, application.overridden, application.reasons) == (
        ApplicationStatus.UNDER_REVIEW,
        True,
        (MACHINES,),
    )


def test_an_interview_may_be_moved_to_another_day() -> None:
    referral, day = a_referral(), date(2025, 5, 20)
    intake = applied(an_intake(), referral)
    decided = applications.plan_interview(intake, young_id=referral.young_id, planned_on=day, on=MAY)
    assert decided == [InterviewPlanned(**fields_of(intake, referral.young_id), planned_on=day)]
    intake = happened(intake, decided)
    assert applications.plan_interview(intake, young_id=referral.young_id, planned_on=day, on=MAY) == []
    assert applications.plan_interview(intake, young_id=referral.young_id, planned_on=DEADLINE, on=MAY) != []


def test_an_offer_holds_a_seat_until_its_day_and_at_most_until_the_closing() -> None:
    referral = a_referral()
    intake = admitted(an_intake(seats=1), referral)
    decided = places.offer(intake, young_id=referral.young_id, until=date(2026, 3, 1), on=MAY)
    assert decided == [PlaceOffered(**fields_of(intake, referral.young_id), until=CLOSING)]
    intake = admitted(happened(intake, decided), other := a_referral())
    assert intake.seats_left == 0
    with pytest.raises(Refused, match="no_place"):
        places.offer(intake, young_id=other.young_id, until=DEADLINE, on=MAY)


def test_a_place_is_confirmed_within_its_deadline_only() -> None:
    referral = a_referral()
    intake = offered(an_intake(), referral)
    decided = places.confirm(intake, young_id=referral.young_id, on=DEADLINE)
    assert decided == [PlaceConfirmed(**fields_of(intake, referral.young_id, on=DEADLINE))]
    with pytest.raises(Refused, match="offer_expired"):
        places.confirm(intake, young_id=referral.young_id, on=date(2025, 6, 16))


def test_a_place_declined_is_free_again() -> None:
    referral = a_referral()
    intake = offered(an_intake(seats=1), referral)
    intake = happened(intake, places.decline(intake, young_id=referral.young_id, on=MAY))
    assert intake.seats_left == 1


def test_a_refusal_says_its_code_and_may_be_taken_back() -> None:
    referral = a_referral()
    intake = applied(an_intake(), referral)
    decided = applications.refuse(intake, young_id=referral.young_id, code=RefusalCode.NO_PLACE, on=MAY)
    assert decided == [ApplicationRefused(**fields_of(intake, referral.young_id), code=RefusalCode.NO_PLACE)]
    intake = happened(intake, decided)
    decided = applications.reopen(intake, young_id=referral.young_id, on=MAY)
    assert decided == [ApplicationReopened(**fields_of(intake, referral.young_id))]
    application = happened(intake, decided).application(referral.young_id)
    assert (application.status, application.code) == (ApplicationStatus.UNDER_REVIEW, None)


def test_who_was_met_is_still_admissible_after_a_reopening() -> None:
    referral = a_referral()
    intake = admitted(an_intake(), referral)
    intake = happened(intake, applications.refuse(intake, young_id=referral.young_id, code=RefusalCode.OTHER, on=MAY))
    intake = happened(intake, applications.reopen(intake, young_id=referral.young_id, on=MAY))
    assert intake.application(referral.young_id).status is ApplicationStatus.ADMISSIBLE


def test_nothing_moves_forward_after_the_closing() -> None:
    referral = a_referral()
    intake = applied(an_intake(), referral)
    with pytest.raises(Refused, match="intake_closed"):
        applications.admit(intake, young_id=referral.young_id, met=Met.INTERVIEW, on=date(2025, 11, 1))
    decided = applications.admit(intake, young_id=referral.young_id, met=Met.INTERVIEW, on=CLOSING)
    assert decided == [ApplicationAdmissible(**fields_of(intake, referral.young_id, on=CLOSING), met=Met.INTERVIEW)]
