"""When a referral has its answer, which one, and what becomes of it when a school takes its own back."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest

from services.referral.domain.agency import evolve as evolve_agency
from services.referral.domain.agency import register
from services.referral.domain.answer import ReferralStatus, conclude, status
from services.referral.domain.journey import Journey, JourneyEvent, fold
from services.referral.domain.referral import close, evolve, request_withdrawal, submit
from services.referral.domain.steps import ApplicationMoved
from shared.events import applications
from shared.events.applications import Unopened, UnopenedCode
from shared.events.referral import (
    AgencyKind,
    AgencyRegistered,
    Answer,
    AnsweredBy,
    ReferralClosed,
    ReferralDetails,
    ReferralSubmitted,
    ReferralWithdrawalRequested,
    RefusalCode,
    Situation,
    Wish,
)
from tests.referral.builders import (
    A_DAY,
    CIO,
    REFERRAL,
    YOUNG,
    X,
    Y,
    application,
    folded,
    the_referral,
    wishes_answered,
)

ENROLLED, REFUSED = application(applications.PlaceConfirmed), application(applications.ApplicationRefused)


def ending_of(*history: JourneyEvent) -> tuple[Answer, RefusalCode | None] | None:
    ending = conclude(folded(*history), REFERRAL)
    return (ending.answer, ending.code) if ending else None


def test_submitting_tells_the_referral_without_its_identity_and_twice_tells_nothing() -> None:
    wishes = (Wish(school="dole", programme="dole-cap-serrurerie"),)
    details = ReferralDetails(situation=Situation.OUT_OF_SCHOOL, out_of_school_since="2025-06", wishes=wishes)
    command: dict[str, Any] = {"referral_id": REFERRAL, "young_id": YOUNG, "agency": CIO, "birth_month": "2010-03", "on": A_DAY}
    submitted = submit(None, **command, details=details)
    assert submitted == [ReferralSubmitted(**command, **dict(details))]
    assert submit(evolve(None, submitted[0]), **command, details=details) == []


def test_a_referral_is_what_was_submitted() -> None:
    referral = the_referral()
    details = {field: getattr(referral, field) for field in ReferralDetails.model_fields}
    wishes = (Wish(sector="bois", departments=("39",)),)
    assert ReferralDetails(**details) == ReferralDetails(situation=Situation.OUT_OF_SCHOOL, wishes=wishes)
    assert (referral.referral_id, referral.submitted_on, referral.ending) == (REFERRAL, A_DAY, None)


def test_a_withdrawal_is_requested_once() -> None:
    referral = the_referral()
    requested = request_withdrawal(referral, on=A_DAY)
    assert requested == [ReferralWithdrawalRequested(referral_id=REFERRAL, young_id=YOUNG, agency=CIO, on=A_DAY)]
    assert request_withdrawal(evolve(referral, requested[0]), on=A_DAY) == []


def test_an_agency_registered_again_tells_only_what_changed() -> None:
    def facts(name: str) -> dict[str, Any]:
        return {"kind": AgencyKind.CIO, "name": name, "department": "39", "on": A_DAY}

    first = register(None, id=CIO, **facts("CIO de Dole"))
    assert first == [AgencyRegistered(agency=CIO, **facts("CIO de Dole"))]
    agency = evolve_agency(None, first[0])
    assert register(agency, id=CIO, **facts("CIO de Dole")) == []
    assert register(agency, id=CIO, **facts("CIO du Jura")) == [AgencyRegistered(agency=CIO, **facts("CIO du Jura"))]


@pytest.mark.parametrize(
    "history",
    [
        [REFUSED],
        [wishes_answered(X)],
        [wishes_answered(X, Y), REFUSED],
        [wishes_answered(X), REFUSED, application(applications.ApplicationReopened)],
        [
            wishes_answered(X),
            application(applications.ApplicationIneligible),
            application(applications.ApplicationUnderReview, overridden=True),
        ],
        [wishes_answered(X), application(applications.PlaceOffered)],
    ],
)
def test_there_is_no_answer_before_wishes_are_answered_and_each_application_has_ended(history: Sequence[JourneyEvent]) -> None:
    assert ending_of(*history) is None


@pytest.mark.parametrize(
    ("last", "answer", "code"),
    [
        (ENROLLED, Answer.ENROLLED, None),
        (application(applications.ApplicationRefused, code="did_not_come"), Answer.REFUSED, RefusalCode.DID_NOT_COME),
        (application(applications.ApplicationIneligible), Answer.REFUSED, RefusalCode.NOT_ELIGIBLE),
        (application(applications.ApplicationObsolete), Answer.REFUSED, RefusalCode.CHOSE_OTHER_PATH),
        (application(applications.ApplicationObsolete, because="intake_closed"), Answer.EXPIRED, None),
        (application(applications.PlaceDeclined), Answer.DECLINED, None),
        (application(applications.PlaceExpired), Answer.EXPIRED, None),
        (application(applications.ApplicationWithdrawn), Answer.WITHDRAWN, None),
    ],
)
def test_each_end_of_an_application_is_an_answer(last: JourneyEvent, answer: Answer, code: RefusalCode | None) -> None:
    assert ending_of(wishes_answered(X), last) == (answer, code)


def test_of_several_ends_enrolled_wins_then_the_most_telling() -> None:
    from_most_to_least: list[type[ApplicationMoved]] = [
        applications.PlaceConfirmed,
        applications.ApplicationRefused,
        applications.ApplicationIneligible,
        applications.ApplicationObsolete,
        applications.PlaceDeclined,
        applications.PlaceExpired,
        applications.ApplicationWithdrawn,
    ]
    for better, worse in pairwise(from_most_to_least):
        alone = ending_of(wishes_answered(X), application(better))
        assert ending_of(wishes_answered(X, Y), application(better), application(worse, Y)) == alone
        assert ending_of(wishes_answered(Y, X), application(worse, Y), application(better)) == alone


def test_an_application_that_ended_before_is_no_answer_until_it_is_heard_to_begin_again() -> None:
    journey = Journey(young_id=YOUNG)
    before: list[JourneyEvent] = [
        application(applications.ApplicationOpened, **OTHERS),
        application(applications.ApplicationWithdrawn),
    ]
    for event in (*before, wishes_answered(X)):
        journey = fold(journey, event)
    assert conclude(journey, REFERRAL) is None
    for event in (application(applications.ApplicationOpened), ENROLLED):
        journey = fold(journey, event)
    ending = conclude(journey, REFERRAL)
    assert ending is not None
    assert ending.answer is Answer.ENROLLED


OTHERS: dict[str, Any] = {"referral_id": UUID(int=99), "agency": "mlds-jura"}


@pytest.mark.parametrize(
    ("history", "answer"),
    [
        ([application(applications.ApplicationLeft), ENROLLED], Answer.WITHDRAWN),
        ([application(applications.ApplicationLeft, **OTHERS), ENROLLED], Answer.ENROLLED),
        (
            [application(applications.ApplicationWithdrawn), application(applications.ApplicationOpened, **OTHERS), ENROLLED],
            Answer.WITHDRAWN,
        ),
        (
            [application(applications.ApplicationObsolete), application(applications.ApplicationOpened, **OTHERS), ENROLLED],
            Answer.REFUSED,
        ),
    ],
)
def test_what_an_application_becomes_for_others_is_no_answer_to_a_referral_that_it_ended_for(
    history: Sequence[JourneyEvent], answer: Answer
) -> None:
    opened = application(applications.ApplicationOpened), wishes_answered(X), application(applications.ApplicationUnderReview)
    ending = conclude(folded(*opened, *history), REFERRAL)
    assert ending is not None
    assert ending.answer is answer


@pytest.mark.parametrize(
    ("codes", "code"),
    [
        ([UnopenedCode.NO_OPEN_INTAKE], RefusalCode.NO_PLACE),
        ([UnopenedCode.UNKNOWN_PROGRAMME, UnopenedCode.NO_OPEN_INTAKE], RefusalCode.NO_PLACE),
        ([UnopenedCode.ALREADY_ENROLLED], RefusalCode.CHOSE_OTHER_PATH),
        ([UnopenedCode.UNKNOWN_PROGRAMME], RefusalCode.NO_PLACE),
        ([], RefusalCode.OTHER),
    ],
)
def test_when_no_wish_opened_the_answer_comes_at_once(codes: list[UnopenedCode], code: RefusalCode) -> None:
    unopened = [Unopened(wish=rank, code=one) for rank, one in enumerate(codes, start=1)]
    assert ending_of(wishes_answered(unopened=unopened)) == (Answer.REFUSED, code)


def test_an_application_that_this_referral_did_not_open_says_nothing_of_it() -> None:
    assert ending_of(application(applications.PlaceConfirmed, Y), wishes_answered(X), REFUSED) == (
        Answer.REFUSED,
        RefusalCode.NO_PLACE,
    )


def test_a_referral_is_closed_once_on_the_day_its_last_answer_came() -> None:
    later = date(2025, 9, 20)
    journey = folded(application(applications.ApplicationRefused, on=later), wishes_answered(X))
    closed = close(the_referral(), journey=journey)
    assert closed == [
        ReferralClosed(
            referral_id=REFERRAL,
            young_id=YOUNG,
            agency=CIO,
            answer=Answer.REFUSED,
            code=RefusalCode.NO_PLACE,
            on=later,
            answered_by=AnsweredBy.SCHOOL,
        )
    ]
    assert close(evolve(the_referral(), closed[0]), journey=journey) == []


def test_an_answer_taken_back_puts_the_referral_in_progress_and_the_next_one_is_told() -> None:
    journey = folded(wishes_answered(X), REFUSED)
    referral = evolve(the_referral(), close(the_referral(), journey=journey)[0])
    reopened = fold(journey, application(applications.ApplicationReopened))
    assert (status(journey, REFERRAL), status(reopened, REFERRAL)) == (ReferralStatus.CLOSED, ReferralStatus.IN_PROGRESS)
    assert close(referral, journey=reopened) == []
    enrolled = fold(reopened, ENROLLED)
    [closed] = close(referral, journey=enrolled)
    assert isinstance(closed, ReferralClosed)
    assert closed.answer is Answer.ENROLLED


def test_a_second_referral_that_joins_an_application_leaves_it_where_it_stands() -> None:
    journey = folded(
        application(applications.ApplicationOpened),
        ENROLLED,
        application(applications.ApplicationOpened, referral_id=UUID(int=3)),
        wishes_answered(X),
    )
    assert conclude(journey, REFERRAL) is not None
    assert [step.status for step in journey.applications[X].steps] == ["under_review", "enrolled"]
