"""The published language: every event of Établi, one module per subject that is told of. EVENTS has them all by type.

Fields are ids, dates, codes and quantities. No name, contact, exact birth date, external id or free text about a person.
"""

from shared.events.applications import *  # noqa: F403
from shared.events.catalogue import *  # noqa: F403
from shared.events.event import EVENTS, Event
from shared.events.production import *  # noqa: F403
from shared.events.referral import *  # noqa: F403
from shared.events.students import *  # noqa: F403

__all__ = ["EVENTS", "TOPICS", "Event"]

TOPICS = sorted({event.topic for event in EVENTS.values()})
