"""Decisions by name, for the property tests: what a school does to meet somebody."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from uuid import UUID

from services.enrolment.domain import applications, meetings
from services.enrolment.domain.intake import Intake, IntakeEvent
from shared.events.referral import RefusalCode
from tests.enrolment.builders import an_attempt

YOUNG = UUID(int=7)
MEETING: Mapping[str, Callable[[Intake, date, str], Sequence[IntakeEvent]]] = {
    "cancel": lambda i, on, _: meetings.cancel_meeting(i, young_id=YOUNG, on=on),
    "called": lambda i, on, _: meetings.log_contact(i, young_id=YOUNG, contact=an_attempt(on=on)),
    "reached": lambda i, on, _: meetings.log_contact(i, young_id=YOUNG, contact=an_attempt(on=on, reached=True)),
    "nobody came": lambda i, on, _: applications.end_immersion(i, young_id=YOUNG, attended=False, on=on),
    "unreachable": lambda i, on, _: applications.refuse(i, young_id=YOUNG, code=RefusalCode.UNREACHABLE, on=on),
}
