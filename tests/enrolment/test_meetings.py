"""Interviews and immersions: planned at an hour, planned anew, cancelled; an immersion ends attended or not, and what follows."""

from datetime import timedelta

import pytest

from services.enrolment.domain import applications, meetings
from services.enrolment.domain.intake import Intake
from shared.events.applications import (
    ApplicationAdmissible,
    ApplicationRefused,
    ApplicationStatus,
    ImmersionEnded,
    InterviewPlanned,
    MeetingCancelled,
    Met,
)
from shared.events.referral import ReferralSubmitted, RefusalCode
from shared.kernel.errors import Refused
from tests.enrolment.builders import MAY, a_referral, an_intake, applied, fields_of, happened

DAY = MAY + timedelta(days=7)
REFERRAL = a_referral()
YOUNG = REFERRAL.young_id


def in_immersion(referral: ReferralSubmitted = REFERRAL) -> Intake:
    intake = applied(an_intake(), referral)
    days = {"planned_from": MAY, "planned_until": DAY}
    return happened(intake, applications.plan_immersion(intake, young_id=referral.young_id, **days, on=MAY))  # type: ignore[arg-type]


def test_an_interview_has_an_hour_and_is_planned_anew_by_another_or_by_another_place() -> None:
    intake = applied(an_intake(), REFERRAL)
    plan = {"young_id": YOUNG, "planned_on": DAY, "on": MAY}
    decided = applications.plan_interview(intake, **plan, at="14:30")  # type: ignore[arg-type]
    assert decided == [InterviewPlanned(**fields_of(intake, YOUNG), planned_on=DAY, at="14:30")]
    intake = happened(intake, decided)
    assert applications.plan_interview(intake, **plan, at="14:30") == []  # type: ignore[arg-type]
    assert applications.plan_interview(intake, **plan, at="15:00") != []  # type: ignore[arg-type]
    assert applications.plan_interview(intake, **plan, at="14:30", reworded=True) == decided  # type: ignore[arg-type]
    seen = intake.application(YOUNG).referrals[0].seen
    assert (seen.planned_on, seen.at) == (DAY, "14:30")


def test_what_was_planned_is_cancelled_once_and_planned_again() -> None:
    intake = in_immersion()
    decided = meetings.cancel_meeting(intake, young_id=YOUNG, on=MAY)
    assert decided == [MeetingCancelled(**fields_of(intake, YOUNG), meeting=Met.IMMERSION)]
    intake = happened(intake, decided)
    application = intake.application(YOUNG)
    assert (application.status, application.planned_from, application.at) == (ApplicationStatus.UNDER_REVIEW, None, None)
    assert meetings.cancel_meeting(intake, young_id=YOUNG, on=MAY) == []
    assert applications.plan_immersion(intake, young_id=YOUNG, planned_from=MAY, planned_until=DAY, on=MAY) != []


def test_whoever_came_to_an_immersion_is_admissible_at_once_where_the_school_says_so() -> None:
    intake = in_immersion()
    decided = applications.end_immersion(intake, young_id=YOUNG, admissible=True, on=DAY)
    about = fields_of(intake, YOUNG, on=DAY)
    assert decided == [ImmersionEnded(**about, attended=True), ApplicationAdmissible(**about, met=Met.IMMERSION)]
    assert applications.end_immersion(happened(intake, decided), young_id=YOUNG, admissible=True, on=DAY) == []


def test_whoever_did_not_come_is_not_admissible_by_it_but_may_be_met_otherwise_or_refused() -> None:
    intake = happened(in_immersion(), applications.end_immersion(in_immersion(), young_id=YOUNG, attended=False, on=DAY))
    with pytest.raises(Refused, match="not_attended"):
        applications.admit(intake, young_id=YOUNG, met=Met.IMMERSION, on=DAY)
    assert applications.admit(intake, young_id=YOUNG, met=Met.INTERVIEW, on=DAY) != []
    about = fields_of(intake, YOUNG, on=DAY)
    refused = applications.end_immersion(intake, young_id=YOUNG, attended=False, admissible=False, on=DAY)
    assert refused == [ApplicationRefused(**about, code=RefusalCode.DID_NOT_COME)]
    again = happened(intake, applications.plan_immersion(intake, young_id=YOUNG, planned_from=DAY, planned_until=DAY, on=DAY))
    again = happened(again, applications.end_immersion(again, young_id=YOUNG, on=DAY))
    assert applications.admit(again, young_id=YOUNG, met=Met.IMMERSION, on=DAY) != []


def test_what_was_said_of_an_immersion_by_mistake_is_said_otherwise() -> None:
    intake = happened(in_immersion(), applications.end_immersion(in_immersion(), young_id=YOUNG, on=DAY))
    assert applications.end_immersion(intake, young_id=YOUNG, on=DAY) == []
    decided = applications.end_immersion(intake, young_id=YOUNG, attended=False, on=DAY)
    assert decided == [ImmersionEnded(**fields_of(intake, YOUNG, on=DAY), attended=False)]
    assert happened(intake, decided).application(YOUNG).attended is False
