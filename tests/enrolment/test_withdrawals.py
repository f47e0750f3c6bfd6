"""Taking a referral back: what nobody else asks for is withdrawn, what another asks for goes on."""

from typing import Any
from uuid import uuid4

from services.enrolment.domain import withdrawals
from shared.events.applications import (
    ApplicationLeft,
    ApplicationStatus,
    ApplicationWithdrawn,
)
from tests.enrolment.builders import (
    MAY,
    a_referral,
    an_intake,
    applied,
    confirmed,
    fields_of,
    happened,
)


def test_withdrawing_a_referral_takes_back_what_no_other_referral_asks_for() -> None:
    referral = a_referral()
    intake = applied(an_intake(), referral)
    requested: dict[str, Any] = {"young_id": referral.young_id, "referral_id": referral.referral_id, "on": MAY}
    assert withdrawals.withdraw_referral(intake, **requested) == [ApplicationWithdrawn(**fields_of(intake, referral.young_id))]
    assert withdrawals.withdraw_referral(confirmed(an_intake(), referral), **requested) == []
    assert withdrawals.withdraw_referral(intake, **{**requested, "referral_id": uuid4()}) == []


def test_an_application_goes_on_for_the_others_until_the_last_that_asks_for_it_withdraws() -> None:
    first = a_referral()
    second = a_referral(young_id=first.young_id, agency="mlds-jura")
    intake = applied(applied(an_intake(), first), second)
    requested: dict[str, Any] = {"young_id": first.young_id, "referral_id": first.referral_id, "on": MAY}
    left = withdrawals.withdraw_referral(intake, **requested)
    assert left == [ApplicationLeft(**fields_of(intake, first.young_id), referral_id=first.referral_id, agency="cio-dole")]
    intake = happened(intake, left)
    application = intake.application(first.young_id)
    assert application.status is ApplicationStatus.UNDER_REVIEW
    assert [(one.agency, one.ended, one.ended_on) for one in application.referrals] == [
        ("cio-dole", ApplicationStatus.WITHDRAWN, MAY), ("mlds-jura", None, None),
    ]  # fmt: skip
    assert withdrawals.withdraw_referral(intake, **requested) == []
    assert withdrawals.withdraw(intake, young_id=first.young_id, agency="cio-dole", on=MAY) == []
    last = withdrawals.withdraw(intake, young_id=first.young_id, agency="mlds-jura", on=MAY)
    assert last == [ApplicationWithdrawn(**fields_of(intake, first.young_id))]


def test_who_began_again_may_withdraw_whatever_was_asked_before() -> None:
    first = a_referral()
    intake = applied(an_intake(), first)
    intake = happened(intake, withdrawals.withdraw(intake, young_id=first.young_id, agency="cio-dole", on=MAY))
    intake = applied(intake, a_referral(young_id=first.young_id, agency="mlds-jura"))
    assert [one.ended for one in intake.application(first.young_id).referrals] == [ApplicationStatus.WITHDRAWN, None]
    decided = withdrawals.withdraw(intake, young_id=first.young_id, agency="mlds-jura", on=MAY)
    assert decided == [ApplicationWithdrawn(**fields_of(intake, first.young_id))]
