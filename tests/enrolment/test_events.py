"""Every event of enrolment is told by exactly one kind of document, and changes the status of an application in one way."""

from collections import Counter
from typing import get_args

from services.enrolment.domain.grant import GrantEvent
from services.enrolment.domain.hand_backs import HandBackEvent
from services.enrolment.domain.intake import IntakeEvent
from services.enrolment.domain.pupil import PupilEvent
from services.enrolment.domain.school import SchoolEvent
from services.enrolment.domain.transfers import TransferEvent
from shared.events import EVENTS
from shared.events import applications as events
from shared.events.applications import ApplicationEvent, WishesAnswered
from shared.events.contacts import ApplicationContacted
from shared.events.delays import ApplicationDue, ApplicationReminded
from shared.events.statuses import STATUS_AFTER


def test_each_event_of_enrolment_is_told_by_one_aggregate() -> None:
    unions = (SchoolEvent, IntakeEvent, PupilEvent, GrantEvent, HandBackEvent, TransferEvent)
    decided = Counter([WishesAnswered, *(event for union in unions for event in get_args(union))])
    published = [event for name, event in EVENTS.items() if name.startswith("fr.etabli.enrolment.")]
    assert decided == Counter(published)


def test_each_event_of_an_application_says_what_becomes_of_its_status() -> None:
    """But for an opening that may join, one referral of two that leaves, another day of entry, an attempt to reach somebody,
    what is due and its reminder, and a reopening, which looks at what was before."""
    looked_at = {events.ApplicationOpened, events.ApplicationLeft, events.ApplicationReopened, events.EntryPlanned}
    looked_at |= {ApplicationContacted, ApplicationDue, ApplicationReminded}
    assert set(STATUS_AFTER) | looked_at == {event for event in EVENTS.values() if issubclass(event, ApplicationEvent)}
