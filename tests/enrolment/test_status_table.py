"""The status graph of an application, verb by verb."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from services.enrolment.domain import applications
from services.enrolment.domain.intake import Intake
from services.enrolment.domain.statuses import ALLOWED, Status, Verb
from shared.events import (
    Event,
)
from shared.events.applications import Met
from shared.events.referral import RefusalCode
from shared.kernel.errors import Refused
from tests.enrolment.builders import (
    DEADLINE,
    MAY,
    happened,
    standing_as,
)

Decision = Callable[[Intake, UUID], list[Event]]
DECISIONS: dict[Verb, tuple[Status, Decision]] = {
    Verb.REVIEW: (Status.UNDER_REVIEW, lambda i, y: applications.review(i, young_id=y, overridden=True, on=MAY)),
    Verb.PLAN_INTERVIEW: (
        Status.INTERVIEW_PLANNED, lambda i, y: applications.plan_interview(i, young_id=y, planned_on=MAY, on=MAY),
    ),
    Verb.PLAN_IMMERSION: (
        Status.IMMERSION_PLANNED,
        lambda i, y: applications.plan_immersion(i, young_id=y, planned_from=MAY, planned_until=MAY, on=MAY),
    ),
    Verb.END_IMMERSION: (Status.IMMERSION_ENDED, lambda i, y: applications.end_immersion(i, young_id=y, on=MAY)),
    Verb.ADMIT: (Status.ADMISSIBLE, lambda i, y: applications.admit(i, young_id=y, met=Met.INTERVIEW, on=MAY)),
    Verb.WAITLIST: (Status.WAITLISTED, lambda i, y: applications.waitlist(i, young_id=y, on=MAY)),
    Verb.OFFER: (Status.OFFERED, lambda i, y: applications.offer(i, young_id=y, until=DEADLINE, on=MAY)),
    Verb.CONFIRM: (Status.ENROLLED, lambda i, y: applications.confirm(i, young_id=y, on=MAY)),
    Verb.DECLINE: (Status.DECLINED, lambda i, y: applications.decline(i, young_id=y, on=MAY)),
    Verb.REFUSE: (Status.REFUSED, lambda i, y: applications.refuse(i, young_id=y, code=RefusalCode.OTHER, on=MAY)),
    Verb.REOPEN: (Status.UNDER_REVIEW, lambda i, y: applications.reopen(i, young_id=y, on=MAY)),
    Verb.WITHDRAW: (Status.WITHDRAWN, lambda i, y: applications.withdraw(i, young_id=y, agency=None, on=MAY)),
}  # fmt: skip


@pytest.mark.parametrize("verb", DECISIONS)
@pytest.mark.parametrize("status", Status)
def test_the_table_says_which_verbs_a_status_allows(status: Status, verb: Verb) -> None:
    young_id = uuid4()
    intake, (after, decide) = standing_as(status, young_id), DECISIONS[verb]
    if verb in ALLOWED[status]:
        told = decide(intake, young_id)
        assert happened(intake, told).application(young_id).status is after
    elif status is after:
        assert decide(intake, young_id) == [] or verb is Verb.REVIEW
    else:
        with pytest.raises(Refused, match="not_allowed"):
            decide(intake, young_id)
