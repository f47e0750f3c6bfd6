"""What a journey makes of each event: the published statuses alone, and every event that concerns its agencies."""

from datetime import timedelta

import pytest

from services.referral.domain.answer import conclude
from services.referral.domain.journey import JourneyEvent, fold
from services.referral.handlers import HANDLERS
from shared.events import EVENTS, applications, delays, students
from shared.events.applications import ApplicationStatus, Unopened, UnopenedCode
from tests.referral.builders import A_DAY, REFERRAL, X, Y, application, folded, student, wishes_answered

S = ApplicationStatus


def statuses(*history: JourneyEvent) -> list[ApplicationStatus]:
    return [step.status for step in folded(wishes_answered(X), *history).applications[X].steps]


def test_every_event_of_enrolment_is_followed_but_free_seats_days_of_entry_and_days_when_answers_are_due() -> None:
    published = {event for event in EVENTS.values() if event.topic == "etabli.enrolment"}
    followed = {event for event in HANDLERS if event.topic == "etabli.enrolment"}
    unsaid = {applications.PlaceReleased, applications.EntryPlanned, students.StudentStartMoved, delays.ApplicationDue}
    assert followed == published - unsaid


def test_an_application_is_under_review_from_its_opening_on_and_says_so_once() -> None:
    assert statuses(application(applications.ApplicationUnderReview)) == [S.UNDER_REVIEW]
    overridden = application(applications.ApplicationUnderReview, overridden=True)
    assert statuses(application(applications.ApplicationIneligible), overridden) == [S.UNDER_REVIEW, S.INELIGIBLE, S.UNDER_REVIEW]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([application(applications.InterviewPlanned)], S.UNDER_REVIEW),
        ([application(applications.ApplicationAdmissible), application(applications.PlaceOffered)], S.ADMISSIBLE),
    ],
)
def test_a_reopened_application_is_admissible_if_it_was_and_else_under_review(
    before: list[JourneyEvent], after: ApplicationStatus
) -> None:
    journey = folded(
        wishes_answered(X), *before, application(applications.ApplicationRefused), application(applications.ApplicationReopened)
    )
    *_, refused, reopened = journey.applications[X].steps
    assert [(step.status, step.reopened) for step in (refused, reopened)] == [(S.REFUSED, False), (after, True)]


def test_folding_leaves_the_journey_that_was_given_as_it_is() -> None:
    journey = folded(wishes_answered(X), application(applications.PlaceConfirmed), student(students.StudentEnrolled))
    before = journey.model_dump_json()
    for event in (application(applications.ApplicationLeft), wishes_answered(Y), student(students.StudentStarted)):
        assert fold(journey, event) != journey
    assert journey.model_dump_json() == before


def test_the_last_answer_to_wishes_counts_from_its_day_and_the_first_is_the_day_they_were_answered() -> None:
    nothing, later = Unopened(wish=1, code=UnopenedCode.NO_OPEN_INTAKE), A_DAY + timedelta(days=9)
    journey = folded(wishes_answered(X), wishes_answered(unopened=(nothing,), on=later))
    wishes = journey.wishes[REFERRAL]
    assert (wishes.opened, wishes.unopened, wishes.on) == ((), (nothing,), A_DAY)
    ending = conclude(journey, REFERRAL)
    assert ending
    assert ending.on == later
