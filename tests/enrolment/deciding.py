"""Decisions by name, for the property tests: who asks, who leaves, what a school does to meet somebody."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from uuid import UUID

from services.enrolment.domain import applications, meetings, places, withdrawals
from services.enrolment.domain.intake import Intake, IntakeEvent
from services.enrolment.domain.statuses import OPEN
from shared.events.referral import ReferralSubmitted, RefusalCode
from tests.enrolment.builders import a_programme, an_attempt

YOUNG = UUID(int=7)
Decision = Callable[[Intake, date, str], Sequence[IntakeEvent]]
MEETING: Mapping[str, Decision] = {
    "cancel": lambda i, on, _: meetings.cancel_meeting(i, young_id=YOUNG, on=on),
    "called": lambda i, on, _: meetings.log_contact(i, young_id=YOUNG, contact=an_attempt(on=on)),
    "reached": lambda i, on, _: meetings.log_contact(i, young_id=YOUNG, contact=an_attempt(on=on, reached=True)),
    "nobody came": lambda i, on, _: applications.end_immersion(i, young_id=YOUNG, attended=False, on=on),
    "unreachable": lambda i, on, _: applications.refuse(i, young_id=YOUNG, code=RefusalCode.UNREACHABLE, on=on),
}


def asks(referral: ReferralSubmitted) -> Decision:
    def decide(intake: Intake, on: date, born: str) -> Sequence[IntakeEvent]:
        asked = referral.model_copy(update={"birth_month": born})
        return applications.apply(intake, referral=asked, programme=a_programme(), on=on)

    return decide


def leaves(referral: ReferralSubmitted) -> Decision:
    return lambda i, on, _: withdrawals.withdraw_referral(i, young_id=YOUNG, referral_id=referral.referral_id, on=on)


def moves_in(intake: Intake, on: date) -> Sequence[IntakeEvent]:
    """A pupil of another intake changes programme: their open applications were ended when they became one."""
    return [] if intake.application(YOUNG).status in OPEN else places.take_seat(intake, young_id=YOUNG, on=on)
