"""The envelope of every message: CloudEvents 1.0 in Kafka's binary mode."""

import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from pydantic import ValidationError

from shared.events import EVENTS, Event
from shared.kernel.tracing import trace_of, traceparent

SOURCE = re.compile(r"/[\x21-\x7e]{1,300}")
NAMESPACE = uuid.UUID("6a3c3f0e-55a0-5f0b-9d3b-6f1f7c1e7a11")


@dataclass(frozen=True)
class ConsumerRecord:
    """A Kafka record as it was read: enough to handle it again."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Mapping[str, bytes]

    @property
    def coordinates(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"


class Undecodable(Exception):
    """These bytes are not one of our messages. `code` says why, never what they hold."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Message:
    """One event on the wire. `sequence` is the producing document's own counter: on one key it rises and may skip."""

    id: str
    source: str
    type: str
    sequence: int
    time: datetime
    key: str
    data: bytes
    trace: str = ""

    @property
    def inbox_key(self) -> str:
        """Whom a guard counts: this source on this key."""
        return f"{self.source} {self.key}"

    def headers(self) -> list[tuple[str, bytes]]:
        """The `ce_*` headers of Kafka's binary mode."""
        fields = {
            "ce_specversion": "1.0", "ce_id": self.id, "ce_source": self.source, "ce_type": self.type, "ce_subject": self.key,
            "ce_sequence": str(self.sequence), "ce_time": self.time.isoformat(), "content-type": "application/json",
        }  # fmt: skip
        if self.trace:
            fields["ce_traceparent"] = self.trace
        return [(name, value.encode()) for name, value in fields.items()]

    def event(self) -> Event:
        """The event that it carries. Raises Undecodable: `unknown_type`, or `invalid_data` where its schema is not met."""
        try:
            return EVENTS[self.type].model_validate_json(self.data)
        except KeyError as error:
            raise Undecodable("unknown_type") from error
        except ValidationError:
            # pydantic's own words would show the values, which may be about a person
            raise Undecodable("invalid_data") from None


def event_id(source: str, sequence: int) -> str:
    """The id of an event: the same whenever the same event is published again."""
    return str(uuid.uuid5(NAMESPACE, f"{source}#{sequence}"))


def message_of(event: Event, *, source: str, sequence: int, time: datetime) -> Message:
    """Put an event in its envelope."""
    return Message(
        id=event_id(source, sequence), source=source, type=event.type, sequence=sequence,
        time=time, key=event.key, data=orjson.dumps(event.model_dump(mode="json")), trace=traceparent.get(),
    )  # fmt: skip


def read(headers: Mapping[str, bytes] | Iterable[tuple[str, bytes]] | None, key: bytes | None, value: bytes | None) -> Message:
    """The message in a Kafka record. Raises Undecodable: `no_value`, `no_key`, `not_cloudevents`."""
    if value is None:
        raise Undecodable("no_value")
    if key is None:
        raise Undecodable("no_key")
    fields: dict[str, Any] = dict(headers or ())
    try:
        text = {name: fields[f"ce_{name}"].decode() for name in ("id", "source", "type", "sequence", "time")}
        message = Message(
            id=text["id"], source=text["source"], type=text["type"],
            sequence=int(text["sequence"]), time=datetime.fromisoformat(text["time"]).astimezone(UTC), key=key.decode(),
            data=value, trace=trace_of(fields.get("ce_traceparent", b"").decode()),
        )  # fmt: skip
    except (KeyError, ValueError, AttributeError, OverflowError) as error:
        raise Undecodable("not_cloudevents") from error
    if not SOURCE.fullmatch(message.source) or not 0 <= message.sequence < 2**63 or "\0" in message.key:
        raise Undecodable("not_cloudevents")  # a guard could not be kept under such names
    return message
