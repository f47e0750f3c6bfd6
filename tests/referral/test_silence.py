"""What an agency reads of a school that does not answer, and of a place that waits for its own answer."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.referral.domain.answer import conclude
from services.referral.domain.journey import Journey, JourneyEvent
from services.referral.domain.steps import Step
from services.referral.domain.visibility import ApplicationView, seen_by_agency
from services.referral.jobs import sweep
from services.referral.views.sentences import of_ending, of_step
from shared.events import applications
from shared.events.applications import ApplicationStatus
from shared.events.delays import ApplicationExpired, ApplicationReminded, WaitsFor
from shared.events.referral import AgencyKind, Answer, AnsweredBy
from tests.conftest import A_MORNING, Running
from tests.referral.builders import A_DAY, CIO, REFERRAL, X, application, folded, refer, wishes_answered
from tests.referral.test_retention import KEPT, somebody

LATER = A_DAY + timedelta(days=30)
OTHER = UUID(int=99)


def viewed(journey: Journey, referral_id: UUID = REFERRAL, agency: str = CIO) -> ApplicationView:
    (view,) = seen_by_agency(journey, referral_id, agency=agency, kind=AgencyKind.CIO).applications
    return view


def test_a_school_that_lets_the_delay_pass_is_said_to_have_given_no_answer_and_may_reopen() -> None:
    told: list[JourneyEvent] = [wishes_answered(X), application(ApplicationExpired, on=LATER)]
    expired = folded(*told)
    step = viewed(expired).current
    assert (step.status, step.unanswered) == (ApplicationStatus.EXPIRED, True)
    assert of_step(step) == "L’école n’a pas répondu dans le délai ; elle peut encore rouvrir la candidature."
    ending = conclude(expired, REFERRAL)
    assert ending
    assert (ending.answer, ending.answered_by) == (Answer.EXPIRED, AnsweredBy.NOBODY)
    assert of_ending(ending) == "Le délai est passé sans réponse."
    reopened = folded(*told, application(applications.ApplicationReopened, on=LATER))
    assert viewed(reopened).current.status is ApplicationStatus.UNDER_REVIEW
    assert conclude(reopened, REFERRAL) is None


def test_a_referral_that_waited_in_vain_reads_so_and_who_came_later_goes_on() -> None:
    joins = application(applications.ApplicationOpened, referral_id=OTHER, agency="ml-dole", on=A_DAY + timedelta(days=9))
    answered = wishes_answered(X, referral_id=OTHER, agency="ml-dole")
    alone = application(ApplicationExpired, referral_id=REFERRAL, on=LATER)
    meets = application(applications.InterviewPlanned, on=LATER, planned_on=LATER)
    journey = folded(wishes_answered(X), joins, answered, alone, meets)
    assert viewed(journey).current == Step(status=ApplicationStatus.EXPIRED, on=LATER, unanswered=True)
    assert viewed(journey) == viewed(folded(wishes_answered(X), application(ApplicationExpired, on=LATER)))
    assert viewed(journey, OTHER, "ml-dole").current.status is ApplicationStatus.INTERVIEW_PLANNED


def test_who_may_answer_an_offered_place_is_reminded_of_it_until_it_is_answered() -> None:
    offer = application(applications.PlaceOffered, until=LATER)
    family: dict[str, Any] = {"waits_for": WaitsFor.FAMILY, "due_on": LATER, "on": A_DAY + timedelta(days=20)}
    reminder = application(ApplicationReminded, referral_id=REFERRAL, **family)
    told: list[JourneyEvent] = [wishes_answered(X), application(applications.ApplicationAdmissible), offer]
    assert viewed(folded(*told, reminder)).reminded_on == date(2025, 9, 21)
    assert viewed(folded(*told, reminder, application(applications.PlaceDeclined, on=LATER))).reminded_on is None
    for not_theirs in (
        application(ApplicationReminded, referral_id=OTHER, **family),
        application(ApplicationReminded, **family),
        application(ApplicationReminded, waits_for=WaitsFor.SCHOOL, due_on=LATER, on=LATER),
    ):
        assert viewed(folded(*told, not_theirs)) == viewed(folded(*told))


async def test_a_person_who_cannot_be_erased_holds_back_nobody_else(api: Running) -> None:
    first, second, third = [(await refer(api, identity=somebody(name)))["young_id"] for name in ("Un", "Deux", "Trois")]
    broken = {"$set": {"state.wishes": "tous"}}
    await api.store.referrals.collection.update({"state.young_id": second}, broken)
    api.store.clock.advance(A_MORNING + timedelta(days=1828))
    await sweep(api.store, KEPT)
    left = {row["_id"] for row in await api.store.vault.persons.find()}
    assert left == {second}
    assert first != third
