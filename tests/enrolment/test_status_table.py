"""The status graph of an application, verb by verb."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from services.enrolment.domain import applications
from services.enrolment.domain.intake import Intake
from services.enrolment.domain.statuses import ALLOWED, Verb
from shared.events import (
    Event,
)
from shared.events.applications import ApplicationStatus, Met
from shared.events.referral import RefusalCode
from shared.kernel.errors import Refused
from tests.enrolment.builders import (
    DEADLINE,
    MAY,
    happened,
    intake_with,
)

Decision = Callable[[Intake, UUID], list[Event]]
DECISIONS: dict[Verb, tuple[ApplicationStatus, Decision]] = {
    Verb.REVIEW: (ApplicationStatus.UNDER_REVIEW, lambda i, y: applications.review(i, young_id=y, overridden=True, on=MAY)),
    Verb.PLAN_INTERVIEW: (
        ApplicationStatus.INTERVIEW_PLANNED, lambda i, y: applications.plan_interview(i, young_id=y, planned_on=MAY, on=MAY),
    ),
    Verb.PLAN_IMMERSION: (
        ApplicationStatus.IMMERSION_PLANNED,
        lambda i, y: applications.plan_immersion(i, young_id=y, planned_from=MAY, planned_until=MAY, on=MAY),
    ),
    Verb.END_IMMERSION: (ApplicationStatus.IMMERSION_ENDED, lambda i, y: applications.end_immersion(i, young_id=y, on=MAY)),
    Verb.ADMIT: (ApplicationStatus.ADMISSIBLE, lambda i, y: applications.admit(i, young_id=y, met=Met.INTERVIEW, on=MAY)),
    Verb.WAITLIST: (ApplicationStatus.WAITLISTED, lambda i, y: applications.waitlist(i, young_id=y, on=MAY)),
    Verb.OFFER: (ApplicationStatus.OFFERED, lambda i, y: applications.offer(i, young_id=y, until=DEADLINE, on=MAY)),
    Verb.CONFIRM: (ApplicationStatus.ENROLLED, lambda i, y: applications.confirm(i, young_id=y, on=MAY)),
    Verb.DECLINE: (ApplicationStatus.DECLINED, lambda i, y: applications.decline(i, young_id=y, on=MAY)),
    Verb.REFUSE: (ApplicationStatus.REFUSED, lambda i, y: applications.refuse(i, young_id=y, code=RefusalCode.OTHER, on=MAY)),
    Verb.REOPEN: (ApplicationStatus.UNDER_REVIEW, lambda i, y: applications.reopen(i, young_id=y, on=MAY)),
    Verb.WITHDRAW: (ApplicationStatus.WITHDRAWN, lambda i, y: applications.withdraw(i, young_id=y, agency=None, on=MAY)),
}  # fmt: skip


@pytest.mark.parametrize("verb", DECISIONS)
@pytest.mark.parametrize("status", ApplicationStatus)
def test_the_table_says_which_verbs_a_status_allows(status: ApplicationStatus, verb: Verb) -> None:
    young_id = uuid4()
    intake, (after, decide) = intake_with(status, young_id), DECISIONS[verb]
    if verb in ALLOWED[status]:
        told = decide(intake, young_id)
        assert happened(intake, told).application(young_id).status is after
    elif status is after:
        assert decide(intake, young_id) == [] or verb is Verb.REVIEW
    else:
        with pytest.raises(Refused, match="not_allowed"):
            decide(intake, young_id)
