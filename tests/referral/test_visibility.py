"""One view says what an agency sees of a referral; a school's people see who applied to their school, each as far as they may."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.referral.domain.milestones import MilestoneKind
from services.referral.domain.referral import request_withdrawal
from services.referral.domain.visibility import (
    MILESTONES_SEEN,
    ReferralView,
    UnopenedWish,
    names_alone,
    reached,
    seen_by_agency,
    still_asks,
)
from shared.events import applications, students
from shared.events.applications import Unopened, UnopenedCode
from shared.events.referral import AgencyKind, Answer, RefusalCode
from shared.kernel.caller import Caller
from shared.kernel.errors import Refused
from tests.referral.builders import A_DAY, CIO, REFERRAL, X, Y, application, folded, student, the_referral, wishes_answered

OTHERS: dict[str, Any] = {"referral_id": UUID(int=99), "agency": "mlds-jura"}
EARLIER: dict[str, Any] = {"referral_id": UUID(int=98)}


def seen(*history: Any, kind: AgencyKind = AgencyKind.CIO) -> ReferralView:
    return seen_by_agency(folded(*history), REFERRAL, agency=CIO, kind=kind)


def test_every_kind_of_agency_has_its_say_of_what_comes_back() -> None:
    assert set(MILESTONES_SEEN) == set(AgencyKind)


def test_an_application_made_obsolete_by_another_path_says_no_more_than_that() -> None:
    [shown] = seen(wishes_answered(X), application(applications.ApplicationObsolete)).applications
    assert (shown.current.code, shown.current.because) == (RefusalCode.CHOSE_OTHER_PATH, None)
    [shown] = seen(wishes_answered(X), application(applications.ApplicationObsolete, because="intake_closed")).applications
    assert (shown.current.code, shown.current.because) == (None, None)
    assert [step.because for step in shown.steps] == [None] * len(shown.steps)


@pytest.mark.parametrize("code", sorted(set(UnopenedCode) - {UnopenedCode.UNKNOWN_PROGRAMME}))
def test_a_wish_that_cannot_open_reads_the_same_whatever_kept_it(code: UnopenedCode) -> None:
    unopened = wishes_answered(unopened=(Unopened(wish=2, code=code),))
    for view in (seen(unopened), seen(wishes_answered(Y, **EARLIER), unopened)):
        assert view.unopened == {2: UnopenedWish.NOTHING_POSSIBLE}
        assert view.ending
        assert (view.ending.answer, view.ending.code) == (Answer.REFUSED, RefusalCode.OTHER)


def test_an_agency_sees_the_pupil_of_its_own_application_as_far_as_its_kind_is_told() -> None:
    history = (
        application(applications.PlaceConfirmed), student(students.StudentEnrolled), student(students.StudentStarted),
        student(students.StudentInterrupted), student(students.OutcomeDeclared),
    )  # fmt: skip

    def milestones(*wishes: Any, kind: AgencyKind) -> list[MilestoneKind]:
        enrolments = seen(*wishes, *history, kind=kind).enrolments
        return [milestone.kind for enrolment in enrolments for milestone in enrolment.milestones]

    assert milestones(wishes_answered(X), kind=AgencyKind.PSAD) == ["enrolled", "started", "interrupted", "outcome_declared"]
    assert milestones(wishes_answered(X), kind=AgencyKind.COLLEGE) == ["started"]
    assert milestones(wishes_answered(X), kind=AgencyKind.EMPLOYER) == []
    assert milestones(wishes_answered(X, **OTHERS), wishes_answered(), kind=AgencyKind.PSAD) == []


def test_a_workshop_reads_names_alone() -> None:
    head, workshop = (Caller("x", "school", "dole", role) for role in ("head", "workshop"))
    assert [names_alone(caller) for caller in (head, workshop)] == [False, True]


def test_a_school_knows_who_sent_the_referrals_that_reached_it() -> None:
    journey = folded(wishes_answered(X))
    assert reached(journey, REFERRAL, "dole")
    assert not reached(journey, REFERRAL, "besancon")
    assert not reached(journey, UUID(int=99), "dole")
    assert still_asks(journey, REFERRAL, "dole")
    left = folded(wishes_answered(X), application(applications.ApplicationLeft))
    assert (reached(left, REFERRAL, "dole"), still_asks(left, REFERRAL, "dole")) == (True, False)


def test_what_another_agency_says_became_of_the_pupil_is_not_read() -> None:
    said = [student(students.OutcomeDeclared, source="agency", agency=agency) for agency in (CIO, "mlds-jura")]
    [enrolment] = seen(
        wishes_answered(X), application(applications.PlaceConfirmed), student(students.StudentEnrolled), *said
    ).enrolments
    assert [one.agency for one in enrolment.milestones] == [None, CIO]


def test_a_referral_is_not_withdrawn_on_a_day_before_it_was_made() -> None:
    with pytest.raises(Refused, match="before_previous_step"):
        request_withdrawal(the_referral(), on=A_DAY - timedelta(days=1))
    assert request_withdrawal(the_referral(), on=A_DAY)


def test_a_place_that_was_given_up_and_is_confirmed_again_for_another_is_followed_by_that_one_alone() -> None:
    later, again = A_DAY + timedelta(days=9), {"enrolment_id": UUID(int=77), "on": A_DAY + timedelta(days=9)}
    first = (
        application(applications.PlaceConfirmed), student(students.StudentEnrolled), student(students.StudentGaveUp),
        application(applications.PlaceDeclined),
    )  # fmt: skip
    for other in (
        (application(applications.ApplicationOpened, on=later, **OTHERS), application(applications.PlaceOffered, on=later)),
        (application(applications.ApplicationReopened, on=later), application(applications.PlaceOffered, on=later)),
    ):
        history = (wishes_answered(X), *first, *other, application(applications.PlaceConfirmed, on=later))
        view = seen(*history, student(students.StudentEnrolled, **again), student(students.StudentStarted, **again))
        followed = [[one.kind for one in enrolment.milestones] for enrolment in view.enrolments]
        reopened = isinstance(other[0], applications.ApplicationReopened)
        assert followed == [["enrolled", "gave_up"], *([["enrolled", "started"]] if reopened else [])]
