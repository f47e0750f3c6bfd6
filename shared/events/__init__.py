"""The published language: every event of Établi, one module per subject. EVENTS has them all by type.

Fields are ids, dates, codes and quantities. No name, contact, exact birth date, external id or free text about a person.
"""

from shared.events import (
    amendments,
    applications,
    catalogue,
    corrections,
    grant_corrections,
    order_corrections,
    persons,
    production,
    referral,
    rejections,
    students,
)
from shared.events.event import EVENTS, Event

__all__ = [
    "EVENTS", "TOPICS", "Event", "amendments", "applications", "catalogue", "corrections", "grant_corrections",
    "order_corrections", "persons", "production", "referral", "rejections", "students",
]  # fmt: skip

TOPICS = sorted({event.topic for event in EVENTS.values()})
