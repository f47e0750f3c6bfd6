"""One view says what an agency sees of a referral; a school's people see who applied to their school, each as far as they may."""

from typing import Any
from uuid import UUID

import pytest

from services.referral.domain.milestones import MilestoneKind
from services.referral.domain.visibility import MILESTONES_SEEN, ReferralView, names_alone, reached, seen_by_agency
from shared.events import applications, students
from shared.events.applications import Unopened, UnopenedCode
from shared.events.referral import AgencyKind, RefusalCode
from shared.kernel.caller import Caller
from tests.referral.builders import REFERRAL, X, Y, application, folded, student, wishes_answered

OTHERS: dict[str, Any] = {"referral_id": UUID(int=99), "agency": "mlds-jura"}
EARLIER: dict[str, Any] = {"referral_id": UUID(int=98)}


def seen(*history: Any, kind: AgencyKind = AgencyKind.CIO, earlier: tuple[UUID, ...] = ()) -> ReferralView:
    return seen_by_agency(folded(*history), REFERRAL, kind=kind, earlier=earlier)


def test_every_kind_of_agency_has_its_say_of_what_comes_back() -> None:
    assert set(MILESTONES_SEEN) == set(AgencyKind)


def test_an_application_made_obsolete_by_another_path_says_no_more_than_that() -> None:
    [shown] = seen(wishes_answered(X), application(applications.ApplicationObsolete)).applications
    assert (shown.current.code, shown.current.because) == (RefusalCode.CHOSE_OTHER_PATH, None)
    [shown] = seen(wishes_answered(X), application(applications.ApplicationObsolete, because="intake_closed")).applications
    assert (shown.current.code, shown.current.because) == (None, None)
    assert [step.because for step in shown.steps] == [None] * len(shown.steps)


@pytest.mark.parametrize("code", [UnopenedCode.ALREADY_ENROLLED, UnopenedCode.ALREADY_ANSWERED])
def test_a_wish_that_others_kept_from_opening_reads_as_nothing_open(code: UnopenedCode) -> None:
    unopened = wishes_answered(unopened=(Unopened(wish=2, code=code),))
    assert seen(unopened).unopened == {2: UnopenedCode.NO_OPEN_INTAKE}
    before = wishes_answered(Y, **EARLIER)
    assert seen(before, unopened).unopened == {2: UnopenedCode.NO_OPEN_INTAKE}
    view = seen(before, unopened, earlier=(UUID(int=98),))
    assert view.unopened == {2: code}


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
    assert not reached(folded(wishes_answered(X), application(applications.ApplicationLeft)), REFERRAL, "dole")
