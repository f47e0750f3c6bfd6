"""A school knows who somebody is from their application on, until a time after it ended there or after they left."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.referral.domain.access import ENDED, GONE, HERE, Terms, may_name
from services.referral.domain.answer import ENDS
from services.referral.domain.milestones import MilestoneKind
from shared.events import applications, students
from shared.events.applications import ApplicationStatus
from shared.kernel.caller import Caller, Kind
from tests.referral.builders import A_DAY, Y, application, folded, student, wishes_answered

TERMS = Terms(after_answer=timedelta(days=90), after_departure=timedelta(days=761))
LATER = date(2055, 9, 1)


def a_caller(role: str = "head", school: str = "dole", kind: Kind = "school") -> Caller:
    return Caller("someone", kind, school, role)


def last_day(*history: Any, role: str = "head", after: date = A_DAY) -> date | None:
    """The last day on which the caller may know; None where that has no end, the day before where they never may."""
    journey = folded(*history)
    if may_name(a_caller(role), journey, on=LATER, terms=TERMS):
        return None
    days = (after + timedelta(days=count) for count in range(1500))
    return next(day for day in days if not may_name(a_caller(role), journey, on=day, terms=TERMS)) - timedelta(days=1)


def opened(**overrides: Any) -> Any:
    return application(applications.ApplicationOpened, **overrides)


def test_every_status_that_ends_an_application_and_every_milestone_has_its_say() -> None:
    assert {*ENDED, ApplicationStatus.ENROLLED} == {*ENDS, ApplicationStatus.REFUSED, ApplicationStatus.OBSOLETE}
    told_after = {"exam_registered", "diploma_obtained", "diploma_failed", "outcome_declared"}
    assert {kind.value for kind in MilestoneKind} == {*GONE, *HERE, *told_after}


def test_who_applied_is_known_to_that_school_alone_and_to_its_workshop_once_a_pupil() -> None:
    applied, enrolled = [opened()], [opened(), student(students.StudentEnrolled)]
    callers = (a_caller(), a_caller("workshop"), a_caller(school="besancon"), a_caller("counsellor", kind="agency"))

    def knowing(history: list[Any]) -> list[bool]:
        return [may_name(caller, folded(*history), on=A_DAY, terms=TERMS) for caller in callers]

    assert knowing(applied) == [True, False, False, False]
    assert knowing(enrolled) == [True, True, False, False]


@pytest.mark.parametrize(
    "kind",
    [
        applications.ApplicationRefused, applications.PlaceDeclined, applications.PlaceExpired,
        applications.ApplicationWithdrawn, applications.ApplicationObsolete, applications.ApplicationIneligible,
    ],
)  # fmt: skip
def test_an_application_that_ended_without_an_enrolment_is_known_ninety_days_more(kind: Any) -> None:
    assert last_day(opened(), application(kind)) == A_DAY + timedelta(days=90)
    assert last_day(opened()) is None


def test_one_that_is_reopened_or_stands_beside_one_still_open_is_known_on() -> None:
    refused = (opened(), application(applications.ApplicationRefused))
    assert last_day(*refused, application(applications.ApplicationReopened)) is None
    assert last_day(*refused, opened(intake_id=Y)) is None
    assert last_day(*refused, opened(intake_id=Y, school="besancon")) == A_DAY + timedelta(days=90)


@pytest.mark.parametrize("kind", [students.StudentDidNotStart, students.StudentInterrupted, students.StudentCompleted])
@pytest.mark.parametrize("role", ["head", "workshop"])
def test_a_pupil_is_known_until_what_became_of_them_is_due_and_a_month_more(kind: Any, role: str) -> None:
    pupil = (opened(), application(applications.PlaceConfirmed), student(students.StudentEnrolled))
    left, outcome = student(kind), student(students.OutcomeDeclared, on=A_DAY + timedelta(days=400))
    assert last_day(*pupil, role=role) is None
    assert last_day(*pupil, left, outcome, role=role) == A_DAY + timedelta(days=761)
    assert last_day(*pupil, left, student(students.StudentResumed), role=role) is None


def test_who_confirmed_a_place_is_known_before_the_pupil_is_heard_of() -> None:
    assert last_day(opened(), application(applications.PlaceConfirmed)) is None


def test_a_refusal_elsewhere_or_of_before_does_not_shorten_what_a_pupil_gives() -> None:
    history = (wishes_answered(Y), opened(), application(applications.PlaceConfirmed), student(students.StudentEnrolled))
    refused = application(applications.ApplicationRefused, Y)
    assert last_day(*history, refused, student(students.StudentCompleted)) == A_DAY + timedelta(days=761)
