"""An age that is amended is judged anew for its own referral, as if nobody else had referred."""

from datetime import date

from services.enrolment.domain import applications
from shared.events.amendments import Part
from shared.events.applications import (
    ApplicationIneligible,
    ApplicationOpened,
    ApplicationStatus,
    ApplicationUnderReview,
    EntryPlanned,
    IneligibleReason,
)
from tests.enrolment.amending import REASONS, TOO_YOUNG, amended, as_read, follow
from tests.enrolment.builders import (
    MAY,
    START,
    a_referral,
    an_intake,
    applied,
    fields_of,
    happened,
)


def test_who_was_found_too_young_by_a_typing_error_is_examined() -> None:
    referral = a_referral(**TOO_YOUNG)
    intake = applied(an_intake(), referral)
    assert intake.application(referral.young_id).status is ApplicationStatus.INELIGIBLE
    corrected = amended(referral, Part.BIRTH_MONTH, birth_month="2009-10")
    assert follow(intake, corrected) == [ApplicationUnderReview(**fields_of(intake, referral.young_id))]
    assert follow(happened(intake, follow(intake, corrected)), corrected) == []


def test_who_was_found_old_enough_wrongly_is_not_until_a_person_of_the_school_answered() -> None:
    referral = a_referral()
    intake, corrected = applied(an_intake(), referral), amended(referral, Part.BIRTH_MONTH, birth_month="2010-10")
    reasons = (IneligibleReason.TOO_YOUNG_FOR_MACHINES,)
    assert follow(intake, corrected) == [ApplicationIneligible(**fields_of(intake, referral.young_id), reasons=reasons)]
    met = happened(intake, applications.plan_interview(intake, young_id=referral.young_id, planned_on=START, on=MAY))
    assert follow(met, corrected) == []
    overridden = happened(applied(an_intake(), a_referral(**{**referral.model_dump(), **TOO_YOUNG})), ())
    overridden = happened(overridden, applications.review(overridden, young_id=referral.young_id, overridden=True, on=MAY))
    assert follow(overridden, corrected) == []
    assert follow(intake, corrected, on=date(2025, 11, 1)) == []


def test_no_referral_opens_or_closes_what_is_asked_in_the_name_of_another() -> None:
    first = a_referral()
    second = a_referral(young_id=first.young_id, agency="mlds-jura")
    intake = applied(applied(an_intake(), first), second)
    about = fields_of(intake, first.young_id)
    for one, other in ((first, second), (second, first)):
        told = follow(intake, amended(one, Part.BIRTH_MONTH, **TOO_YOUNG))
        assert told == [ApplicationIneligible(**about, reasons=REASONS, referral_id=one.referral_id)]
        now, alone = happened(intake, told).application(first.young_id), applied(an_intake(), one)
        assert (now.status, [each.agency for each in now.asking]) == (ApplicationStatus.UNDER_REVIEW, [other.agency])
        control = happened(alone, follow(alone, amended(one, Part.BIRTH_MONTH, **TOO_YOUNG))).application(first.young_id)
        assert as_read(now, one) == as_read(control, one)


def test_of_two_that_were_too_young_the_one_that_corrects_it_is_examined_and_the_other_keeps_its_answer() -> None:
    first = a_referral(**TOO_YOUNG)
    second = a_referral(young_id=first.young_id, agency="mlds-jura", **TOO_YOUNG)
    intake = applied(applied(an_intake(), first), second)
    for one, other in ((first, second), (second, first)):
        told = follow(intake, corrected := amended(one, Part.BIRTH_MONTH, birth_month="2009-10"))
        assert told == [ApplicationUnderReview(**fields_of(intake, first.young_id), referral_id=one.referral_id)]
        now = happened(intake, told)
        assert as_read(now.application(first.young_id), other) == as_read(intake.application(first.young_id), other)
        assert [each.agency for each in now.application(first.young_id).asking] == [one.agency]
        assert follow(now, corrected) == []


def test_an_age_that_is_amended_is_judged_for_the_entry_that_was_agreed_on_since_its_own_referral() -> None:
    first = a_referral()
    second = a_referral(young_id=first.young_id, agency="mlds-jura")
    later = EntryPlanned(**fields_of(an_intake(), first.young_id), entry_on=date(2026, 1, 12), priority=2)
    of_both = happened(applied(applied(an_intake(), first), second), [later])
    before = applied(happened(applied(an_intake(), first), [later]), second)
    fifteen_in_december = amended(second, Part.BIRTH_MONTH, birth_month="2010-12")
    assert follow(of_both, fifteen_in_december) == []
    assert [type(event) for event in follow(before, fifteen_in_december)] == [ApplicationIneligible]  # as if it were alone


def test_who_joined_and_was_too_young_by_a_typing_error_joins_once_it_is_corrected() -> None:
    first = a_referral()
    second = a_referral(young_id=first.young_id, agency="mlds-jura", **TOO_YOUNG)
    intake = applied(applied(an_intake(), first), second)
    corrected = amended(second, Part.BIRTH_MONTH, birth_month="2009-03")
    assert [type(event) for event in follow(intake, corrected)] == [ApplicationOpened]
    now = happened(intake, follow(intake, corrected))
    assert follow(now, corrected) == []
    alone = applied(an_intake(), second)
    alone = happened(alone, follow(alone, corrected))
    assert as_read(now.application(first.young_id), second) == as_read(alone.application(first.young_id), second)
    assert follow(intake, amended(second, Part.SITUATION)) == []
