"""Who ended a referral, whatever its answer: four endings that are never mixed."""

from datetime import date

import pytest

from services.referral.domain.answer import conclude
from services.referral.domain.journey import JourneyEvent
from shared.events import applications
from shared.events.applications import Unopened, UnopenedCode
from shared.events.referral import AnsweredBy
from tests.referral.builders import REFERRAL, X, application, folded, wishes_answered

REFUSED = application(applications.ApplicationRefused)
PLANNED = application(applications.InterviewPlanned, planned_on=date(2025, 9, 10))
CLOSED_INTAKE = application(applications.ApplicationObsolete, because="intake_closed")


@pytest.mark.parametrize(
    ("history", "by"),
    [
        ([REFUSED], AnsweredBy.SCHOOL),
        ([PLANNED, CLOSED_INTAKE], AnsweredBy.SCHOOL),
        ([application(applications.PlaceOffered), application(applications.PlaceExpired)], AnsweredBy.SCHOOL),
        ([application(applications.ApplicationWithdrawn, by_school=True)], AnsweredBy.SCHOOL),
        ([CLOSED_INTAKE], AnsweredBy.NOBODY),
        ([application(applications.ApplicationIneligible)], AnsweredBy.RULE),
        ([application(applications.ApplicationObsolete, because="enrolled_elsewhere")], AnsweredBy.RULE),
        ([PLANNED, application(applications.ApplicationWithdrawn)], AnsweredBy.AGENCY),
    ],
)
def test_who_ended_a_referral_is_a_school_a_rule_nobody_or_its_agency(history: list[JourneyEvent], by: AnsweredBy) -> None:
    ending = conclude(folded(wishes_answered(X), *history), REFERRAL)
    assert ending is not None
    assert ending.answered_by is by


def test_a_wish_that_opened_nothing_was_answered_by_a_rule() -> None:
    unopened = [Unopened(wish=1, code=UnopenedCode.NO_OPEN_INTAKE)]
    ending = conclude(folded(wishes_answered(unopened=unopened)), REFERRAL)
    assert ending is not None
    assert ending.answered_by is AnsweredBy.RULE
