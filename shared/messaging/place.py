"""What may be said of a record that is set aside: where it stands in Kafka, and its type and key where they are ours."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.events import EVENTS
from shared.events.message import ConsumerRecord

KEYS = {UUID: re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), str: re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")}


@dataclass(frozen=True, order=True)
class Place:
    """A topic, a partition of it, and an offset there."""

    topic: str
    partition: int
    offset: int

    @classmethod
    def of(cls, record: ConsumerRecord) -> "Place":
        return cls(record.topic, record.partition, record.offset)

    @property
    def coordinates(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"

    @property
    def fields(self) -> Mapping[str, Any]:
        """As it is stored."""
        return {"topic": self.topic, "partition": self.partition, "offset": self.offset}


def known_type(record: ConsumerRecord) -> str:
    """Its type, where this build knows it: any other may say anything, and what is parked is repeated in logs and lists."""
    named = (dict(record.headers).get("ce_type") or b"").decode(errors="replace")
    return named if named in EVENTS else ""


def known_key(record: ConsumerRecord) -> str:
    """Its key, where it has the form of those of its topic: a UUID or, where schools and agencies are told of, a short id."""
    kinds = {event.model_fields[event.keyed_by].annotation for event in EVENTS.values() if event.topic == record.topic}
    text = (record.key or b"").decode(errors="replace")
    forms = [form for kind, form in KEYS.items() if kind in kinds]
    return text if any(form.fullmatch(text) for form in forms) else ""
