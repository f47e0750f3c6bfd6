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
    students,
)
from shared.events.event import EVENTS, Event

__all__ = [
    "EVENTS", "TOPICS", "Event", "amendments", "applications", "catalogue", "contacts", "corrections", "delays",
    "grant_corrections", "hand_backs", "order_corrections", "persons", "production", "referral", "students",
]  # fmt: skip

TOPICS = sorted({event.topic for event in EVENTS.values()})
