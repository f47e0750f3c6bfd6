"""The published language: every event of Établi, one module per subject. EVENTS has them all by type.

Fields are ids, dates, codes and quantities. No name, contact, exact birth date, external id or free text about a person.
"""

from shared.events import (
    amendments,
    applications,
    catalogue,
    contacts,
    corrections,
    delays,
    grant_corrections,
    hand_backs,
    order_corrections,
    persons,
    production,
    referral,
    rejections,
    students,
    to_agencies,
    transfers,
    webhooks,
)
from shared.events.event import EVENTS, Event
from shared.events.outbound import OUTBOUND_EVENTS
from shared.events.to_schools import copies_of

__all__ = [
    "EVENTS", "OUTBOUND_EVENTS", "TOPICS", "TO_SCHOOLS", "Event", "amendments", "applications", "catalogue", "contacts",
    "corrections", "delays", "grant_corrections", "hand_backs", "order_corrections", "persons", "production", "referral",
    "rejections", "students", "to_agencies", "transfers", "webhooks",
]  # fmt: skip

TOPICS = sorted({event.topic for event in EVENTS.values()})
TO_SCHOOLS = copies_of(EVENTS.values())
"""By event of enrolment, that of its copy for the school that it names."""
