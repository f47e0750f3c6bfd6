"""Events about a `young_id` itself: of whom it is an alias, and that who it was is erased. Published by referral."""

from enum import StrEnum
from uuid import UUID

from shared.events.event import Event


class ErasureCode(StrEnum):
    """Why what was kept of a person is erased: who asked, or what ended."""

    PERSON_ASKED = "person_asked"
    REPRESENTATIVE_ASKED = "representative_asked"
    SENT_BY_MISTAKE = "sent_by_mistake"
    RETENTION_ENDED = "retention_ended"


class _PersonEvent(Event, topic="etabli.referral", key="young_id"):
    young_id: UUID


class PersonMerged(_PersonEvent, type="referral.person.merged.v1"):
    """Two `young_id` are one person: this one is an alias of the kept one from now on. Nothing told before is moved."""

    kept: UUID


class PersonSplit(_PersonEvent, type="referral.person.split.v1"):
    """A merge is undone: they are two persons again."""


class PersonErased(_PersonEvent, type="referral.person.erased.v1"):
    """Who this was is erased for good: every service drops what it holds of them but anonymous facts, and takes no more in."""

    code: ErasureCode
