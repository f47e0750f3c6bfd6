"""Attempts to reach an applicant: logged once each, and what a school may say of whom it did not reach."""

from datetime import date, timedelta

import pytest

from services.enrolment.domain import applications, contacts, meetings
from services.enrolment.domain.application import Contact
from services.enrolment.domain.intake import Intake
from shared.events.applications import ApplicationRefused, ApplicationStatus
from shared.events.contacts import ApplicationContacted, ContactMeans
from shared.events.referral import ReferralSubmitted, RefusalCode
from shared.kernel.errors import Refused
from tests.enrolment.builders import MAY, a_referral, an_attempt, an_intake, applied, fields_of, happened

LATER = MAY + timedelta(days=6)


def after(intake: Intake, referral: ReferralSubmitted, *attempts: Contact) -> Intake:
    """The intake once these attempts were logged, in this order."""
    for one in attempts:
        intake = happened(intake, meetings.log_contact(intake, young_id=referral.young_id, contact=one))
    return intake


def test_an_attempt_says_when_by_what_means_and_whether_they_were_reached_and_logged_twice_it_counts_once() -> None:
    intake, referral = an_intake(), a_referral()
    intake = applied(intake, referral)
    attempt = an_attempt(at="10:30", means=ContactMeans.TEXT_MESSAGE)
    decided = meetings.log_contact(intake, young_id=referral.young_id, contact=attempt)
    about = fields_of(intake, referral.young_id)
    assert decided == [ApplicationContacted(**about, at="10:30", means=ContactMeans.TEXT_MESSAGE, reached=False)]
    intake = happened(intake, decided)
    assert meetings.log_contact(intake, young_id=referral.young_id, contact=attempt) == []
    assert intake.application(referral.young_id).status is ApplicationStatus.UNDER_REVIEW
    intake = after(intake, referral, attempt.model_copy(update={"reached": True}))
    assert [one.reached for one in intake.application(referral.young_id).contacts] == [True]


@pytest.mark.parametrize(
    ("attempts", "count"),
    [
        ([], 0),
        ([an_attempt(at="09:00"), an_attempt(at="12:00"), an_attempt(at="18:00")], 3),
        ([an_attempt(at="09:00"), an_attempt(at="09:00", means=ContactMeans.EMAIL), an_attempt(at="18:00")], 2),
        ([an_attempt(), an_attempt(means=ContactMeans.EMAIL), an_attempt(means=ContactMeans.LETTER)], 1),
        ([an_attempt(at="09:00"), an_attempt(at="12:00", reached=True), an_attempt(at="18:00")], 1),
        ([an_attempt(at="18:00"), an_attempt(at="12:00", reached=True), an_attempt(at="09:00")], 1),
        ([an_attempt(at="09:00", reached=True)], 0),
    ],
)
def test_distinct_moments_count_since_they_were_last_reached(attempts: list[Contact], count: int) -> None:
    referral = a_referral()
    intake = after(applied(an_intake(), referral), referral, *attempts)
    assert contacts.tried_for(intake.application(referral.young_id)) == count


def test_unreachable_is_said_after_three_attempts_and_not_before() -> None:
    referral = a_referral()
    intake, young_id = applied(an_intake(), referral), referral.young_id
    for rank, said in enumerate(("aucun n’est noté", "un seul est noté", "deux sont notés")):
        with pytest.raises(Refused, match="too_few_attempts") as no:
            applications.refuse(intake, young_id=young_id, code=RefusalCode.UNREACHABLE, on=LATER)
        assert said in no.value.sentence
        assert "contact" in [move.name for move in no.value.moves or ()]
        intake = after(intake, referral, an_attempt(on=MAY + timedelta(days=rank)))
    decided = applications.refuse(intake, young_id=young_id, code=RefusalCode.UNREACHABLE, on=LATER)
    assert decided == [ApplicationRefused(**fields_of(intake, young_id, on=LATER), code=RefusalCode.UNREACHABLE)]
    assert applications.refuse(happened(intake, decided), young_id=young_id, code=RefusalCode.UNREACHABLE, on=LATER) == []


def test_for_a_referral_that_joins_they_are_tried_for_anew_with_what_it_brought() -> None:
    first, second = a_referral(), a_referral(agency="mlds-jura")
    second = second.model_copy(update={"young_id": first.young_id})
    intake = after(applied(an_intake(), first), first, *(an_attempt(at=f"{hour:02}:00") for hour in (9, 12, 18)))
    joined = applied(intake, second, on=LATER)
    with pytest.raises(Refused, match="too_few_attempts"):
        applications.refuse(joined, young_id=first.young_id, code=RefusalCode.UNREACHABLE, on=LATER)
    seen = {one.agency: len(one.seen.contacts) for one in joined.application(first.young_id).referrals}
    assert seen == {"cio-dole": 3, "mlds-jura": 0}


def test_an_attempt_of_a_day_before_a_referral_came_is_not_told_to_it_however_late_it_is_logged() -> None:
    first, second = a_referral(), a_referral(agency="mlds-jura")
    second = second.model_copy(update={"young_id": first.young_id})
    joined = applied(applied(an_intake(), first), second, on=LATER)
    logged = after(joined, first, an_attempt(), an_attempt(on=LATER))
    seen = {one.agency: [each.on for each in one.seen.contacts] for one in logged.application(first.young_id).referrals}
    assert seen == {"cio-dole": [MAY, LATER], "mlds-jura": [LATER]}


def test_an_attempt_is_not_of_a_day_before_they_applied_nor_of_an_application_that_has_its_answer() -> None:
    referral = a_referral()
    intake = applied(an_intake(), referral)
    with pytest.raises(Refused, match="before_previous_step"):
        meetings.log_contact(intake, young_id=referral.young_id, contact=an_attempt(on=MAY - timedelta(days=1)))
    intake = happened(intake, applications.refuse(intake, young_id=referral.young_id, code=RefusalCode.OTHER, on=MAY))
    with pytest.raises(Refused, match="not_allowed"):
        meetings.log_contact(intake, young_id=referral.young_id, contact=an_attempt())


def test_an_application_keeps_thirty_attempts() -> None:
    referral = a_referral()
    days = [an_attempt(on=MAY + timedelta(days=day)) for day in range(contacts.MOST)]
    intake = after(applied(an_intake(), referral), referral, *days)
    with pytest.raises(Refused, match="too_many_attempts"):
        meetings.log_contact(intake, young_id=referral.young_id, contact=an_attempt(on=date(2025, 10, 1)))
