"""The status graphs of an application and of an enrolment, action by action: what passes, and what the no says."""

from collections.abc import Callable
from datetime import date
from uuid import UUID, uuid4

import pytest

from services.enrolment.domain import applications, entries, meetings, offers, places, pupils, withdrawals
from services.enrolment.domain.intake import Intake, IntakeEvent
from services.enrolment.domain.pupil import Pupil
from services.enrolment.domain.statuses import APPLICATION, ENROLMENT, OPEN, ApplicationAction, EnrolmentAction
from shared.events.applications import ApplicationStatus, Met
from shared.events.referral import RefusalCode
from shared.events.students import EnrolmentStatus
from shared.kernel.caller import Caller
from shared.kernel.errors import Refused
from tests.enrolment.builders import (
    DEADLINE,
    LATER,
    MAY,
    START,
    a_programme,
    an_attempt,
    completed,
    enrolled,
    happened,
    intake_with,
    interrupted,
    started,
)

Do = ApplicationAction
LATE = date(2026, 1, 12)
HEAD = Caller("a", "school", "besancon", "head")
Decision = Callable[[Intake, UUID], list[IntakeEvent]]
DECISIONS: dict[Do, tuple[ApplicationStatus | None, Decision]] = {
    Do.REVIEW: (ApplicationStatus.UNDER_REVIEW, lambda i, y: applications.review(i, young_id=y, overridden=True, on=MAY)),
    Do.PLAN_INTERVIEW: (
        ApplicationStatus.INTERVIEW_PLANNED, lambda i, y: applications.plan_interview(i, young_id=y, planned_on=MAY, on=MAY),
    ),
    Do.PLAN_IMMERSION: (
        ApplicationStatus.IMMERSION_PLANNED,
        lambda i, y: applications.plan_immersion(i, young_id=y, planned_from=MAY, planned_until=MAY, on=MAY),
    ),
    Do.CANCEL_MEETING: (ApplicationStatus.UNDER_REVIEW, lambda i, y: meetings.cancel_meeting(i, young_id=y, on=MAY)),
    Do.CONTACT: (None, lambda i, y: meetings.log_contact(i, young_id=y, contact=an_attempt())),
    Do.END_IMMERSION: (ApplicationStatus.IMMERSION_ENDED, lambda i, y: applications.end_immersion(i, young_id=y, on=MAY)),
    Do.ADMIT: (ApplicationStatus.ADMISSIBLE, lambda i, y: applications.admit(i, young_id=y, met=Met.INTERVIEW, on=MAY)),
    Do.WAITLIST: (ApplicationStatus.WAITLISTED, lambda i, y: applications.waitlist(i, young_id=y, on=MAY)),
    Do.OFFER: (ApplicationStatus.OFFERED, lambda i, y: places.offer(i, young_id=y, until=DEADLINE, on=MAY)),
    Do.PLAN_ENTRY: (
        None,  # as before, but of who was too young
        lambda i, y: entries.plan_entry(
            i, young_id=y, entry_on=LATE, birth_month="2009-03", out_of_school=True, programme=a_programme(), on=MAY
        ),
    ),
    Do.EXTEND_OFFER: (ApplicationStatus.OFFERED, lambda i, y: offers.extend_offer(i, young_id=y, until=START, on=MAY)),
    Do.TAKE_BACK_OFFER: (ApplicationStatus.ADMISSIBLE, lambda i, y: offers.take_back_offer(i, young_id=y, on=MAY)),
    Do.CONFIRM: (ApplicationStatus.ENROLLED, lambda i, y: places.confirm(i, young_id=y, on=MAY)),
    Do.DECLINE: (ApplicationStatus.DECLINED, lambda i, y: places.decline(i, young_id=y, on=MAY)),
    Do.REFUSE: (ApplicationStatus.REFUSED, lambda i, y: applications.refuse(i, young_id=y, code=RefusalCode.OTHER, on=MAY)),
    Do.REOPEN: (ApplicationStatus.UNDER_REVIEW, lambda i, y: applications.reopen(i, young_id=y, on=MAY)),
    Do.WITHDRAW: (ApplicationStatus.WITHDRAWN, lambda i, y: withdrawals.withdraw(i, young_id=y, agency=None, on=MAY)),
}  # fmt: skip


@pytest.mark.parametrize("action", DECISIONS)
@pytest.mark.parametrize("status", ApplicationStatus)
def test_the_table_says_what_may_be_done_to_an_application_and_a_no_names_what_may(status: ApplicationStatus, action: Do) -> None:
    young_id = uuid4()
    intake, (after, decide) = intake_with(status, young_id), DECISIONS[action]
    stays = ApplicationStatus.UNDER_REVIEW if status is ApplicationStatus.INELIGIBLE else status
    if APPLICATION.allows(status, action):
        decided = decide(intake, young_id)
        assert happened(intake, decided).application(young_id).status is (after or stays)
    elif status is after:
        assert decide(intake, young_id) == []
    else:
        with pytest.raises(Refused, match="not_allowed") as no:
            decide(intake, young_id)
        assert f"« {APPLICATION.labels.statuses[status]} »" in no.value.sentence
        assert no.value.moves == APPLICATION.moves(status)
        moves = ", ".join(APPLICATION.labels.actions[other] for other in Do if APPLICATION.allows(status, other))
        assert no.value.told_to(HEAD).endswith(f" Possible maintenant : {moves}." if moves else " Plus rien n’est possible.")


def test_every_action_on_an_application_has_its_decision() -> None:
    assert set(DECISIONS) == set(Do)


def test_an_application_is_open_while_it_asks_for_an_answer() -> None:
    ended = {
        ApplicationStatus.ENROLLED, ApplicationStatus.RELEASED, ApplicationStatus.INELIGIBLE, ApplicationStatus.REFUSED,
        ApplicationStatus.DECLINED, ApplicationStatus.EXPIRED, ApplicationStatus.WITHDRAWN, ApplicationStatus.OBSOLETE,
    }  # fmt: skip
    assert set(ApplicationStatus) - ended == OPEN


@pytest.mark.parametrize(
    ("pupil", "sentence"),
    [
        (
            enrolled(),
            "Ce parcours est « rentrée à venir ». Possible maintenant : commencer, noter une rentrée manquée, "
            "noter un désistement, changer de formation, corriger ce qui est déclaré.",
        ),
        (
            interrupted(),
            "Ce parcours est « parcours interrompu ». Possible maintenant : reprendre, déclarer le devenir, "
            "corriger ce qui est déclaré.",
        ),
        (
            completed(),
            "Ce parcours est « parcours terminé ». Possible maintenant : poursuivre dans une autre formation, "
            "inscrire à un examen, déclarer le devenir, corriger ce qui est déclaré.",
        ),
    ],
)
def test_a_pupils_no_names_what_may_be_done_instead(pupil: Pupil, sentence: str) -> None:
    with pytest.raises(Refused, match="not_allowed") as no:
        pupils.ensure_allowed(pupil.last(), EnrolmentAction.REPEAT, LATER)
    assert no.value.told_to(HEAD) == sentence


def test_of_who_never_came_that_alone_is_left_to_mend() -> None:
    pupil = started().last().model_copy(update={"status": EnrolmentStatus.DID_NOT_START})
    assert ENROLMENT.rows[EnrolmentStatus.DID_NOT_START] == {EnrolmentAction.CORRECT}
    with pytest.raises(Refused, match="not_allowed") as no:
        pupils.ensure_allowed(pupil, EnrolmentAction.START, LATER)
    assert no.value.told_to(HEAD) == "Ce parcours est « rentrée manquée ». Possible maintenant : corriger ce qui est déclaré."
