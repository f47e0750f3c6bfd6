"""The envelope of every message: CloudEvents 1.0 in Kafka's binary mode."""

import re
import uuid
from dataclasses import dataclass, field
from datetime import datetime

import orjson
from pydantic import ValidationError

from shared.events import EVENTS, Event
from shared.events import attributes as given
from shared.events.outbound import OUTBOUND_EVENTS
from shared.kernel.tracing import traceparent

VERSION = re.compile(r"1\.0")
UNREADABLE = "unreadable"
"""The fault of what cannot be read, of a record or of a batch."""
DELETED = "deleted_unheard"
"""The fault of what is no longer there, and was not heard."""
NAMESPACE = uuid.UUID("6a3c3f0e-55a0-5f0b-9d3b-6f1f7c1e7a11")


@dataclass(frozen=True)
class ConsumerRecord:
    """A Kafka record as it was read: enough to handle it again. With a fault, what stands for one that could not be read."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: given.Headers
    fault: str = ""
    """Why it is not as it was sent; empty for one that is."""
    count: int = 1
    """The offsets that it stands for, from its own on."""
    timestamp: int = field(default=-1, compare=False)
    """Milliseconds, as Kafka keeps it; -1 where it cannot be read."""

    @property
    def coordinates(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"

    @property
    def identity(self) -> str:
        """Its coordinates and its instant: a topic that is deleted and made again has other records at the same coordinates."""
        return self.coordinates if self.timestamp < 0 else f"{self.coordinates}#{self.timestamp}"


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
    cause: str = ""
    """What its document had heard that made it tell this (`place`), so that a log alone says what an inbox held; else empty."""

    @property
    def place(self) -> str:
        """Where it stands in its source's own order: whom a guard counts, and how far."""
        return f"{self.inbox_key}#{self.sequence}"

    @property
    def inbox_key(self) -> str:
        """Whom a guard counts: this source on this key."""
        return f"{self.source} {self.key}"

    def headers(self) -> list[tuple[str, bytes]]:
        """The `ce_*` headers of Kafka's binary mode."""
        fields = {
            "ce_specversion": "1.0", "ce_id": self.id, "ce_source": self.source, "ce_type": self.type, "ce_subject": self.key,
            "ce_sequence": str(self.sequence), "ce_time": self.time.isoformat(), "content-type": given.JSON,
        }  # fmt: skip
        if self.trace:
            fields["ce_traceparent"] = self.trace
        if self.cause:
            fields["ce_cause"] = self.cause
        return [(name, value.encode()) for name, value in fields.items()]

    def event(self) -> Event:
        """The event that it carries. Raises Undecodable: `invalid_data` where it is not as its schema has it, `wrong_key`."""
        try:
            known = OUTBOUND_EVENTS if self.type in OUTBOUND_EVENTS else EVENTS
            event = known[self.type].model_validate_json(self.data)
        except ValidationError:
            # pydantic's own words would show the values, which may be about a person
            raise Undecodable("invalid_data") from None
        if event.key != self.key:
            raise Undecodable("wrong_key")
        return event


def event_id(source: str, sequence: int) -> str:
    """The id of an event: the same whenever the same event is published again."""
    return str(uuid.uuid5(NAMESPACE, f"{source}#{sequence}"))


def message_of(event: Event, *, source: str, sequence: int, time: datetime, cause: Message | None = None) -> Message:
    """Put an event in its envelope. `cause` is the message that made its document tell it, if one did."""
    return Message(
        id=event_id(source, sequence), source=source, type=event.type, sequence=sequence,
        time=time, key=event.key, data=orjson.dumps(event.model_dump(mode="json")), trace=traceparent(),
        cause=cause.place if cause else "",
    )  # fmt: skip


def read(record: ConsumerRecord) -> Message:
    """The message in a Kafka record, heard only on its own topic and from a document of its own teller.

    Raises Undecodable: what its fault is, `no_value`, `no_key`, `not_cloudevents`, `not_json`, `unknown_type`, `wrong_topic`,
    `wrong_source`, `wrong_key`. Whose story the key has to be, its event alone says: `Message.event` compares them.
    """
    message = envelope(record)
    known = EVENTS.get(message.type)
    if known is None:
        raise Undecodable("unknown_type")
    if record.topic != known.topic:
        raise Undecodable("wrong_topic")
    if not message.source.startswith(f"/{known.teller}/"):
        raise Undecodable("wrong_source")
    return message


def read_of_tenant(record: ConsumerRecord) -> Message:
    """The message in a record of a tenant's topic, told on that tenant's own. Raises Undecodable, as `read` and `event` do."""
    message = envelope(record)
    if message.type not in OUTBOUND_EVENTS:
        raise Undecodable("unknown_type")
    if message.event().destination != record.topic:
        raise Undecodable("wrong_topic")
    return message


def envelope(record: ConsumerRecord) -> Message:
    """The message in a Kafka record, whatever its type, its topic and its teller.

    Raises Undecodable: what its fault is, `no_value`, `no_key`, `not_cloudevents`, `not_json`, `wrong_key`.
    """
    if record.fault:
        raise Undecodable(record.fault)
    if record.value is None:
        raise Undecodable("no_value")
    if record.key is None:
        raise Undecodable("no_key")
    return _envelope(record.headers, _text(record.key), record.value)


def _envelope(headers: given.Headers, key: str, value: bytes) -> Message:
    fields = given.given_once(headers)
    try:
        given.required(fields, "specversion", VERSION)
        message = Message(
            id=given.required(fields, "id", given.VISIBLE), source=given.required(fields, "source", given.SOURCE),
            type=given.required(fields, "type", given.VISIBLE), sequence=given.sequence_of(fields), time=given.time_of(fields),
            key=key, data=value, trace=given.trace_in(fields), cause=given.cause_in(fields),
        )  # fmt: skip
    except (ValueError, OverflowError):
        raise Undecodable("not_cloudevents") from None  # its words quote what was sent
    if not given.says_json(fields):
        raise Undecodable("not_json")
    return message


def _text(key: bytes) -> str:
    try:
        text = key.decode()
    except UnicodeDecodeError:
        raise Undecodable("wrong_key") from None
    if "\0" in text:
        raise Undecodable("wrong_key")  # no field could have such a name
    return text
