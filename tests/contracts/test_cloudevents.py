"""What we write is read by the field's own library, and what it writes by us: CloudEvents 1.0, Kafka's binary mode."""

import json
from datetime import UTC, datetime

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary, to_binary
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from deploy.contracts.schemas import example
from shared.events import EVENTS, Event
from shared.events.message import ConsumerRecord, Message, message_of, read
from shared.kernel.tracing import continuing, new_trace

AT = datetime(2026, 3, 2, 8, 15, 30, 5, UTC)
each_event = pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)


def a_message(event: type[Event]) -> Message:
    with continuing(new_trace()):
        return message_of(event.model_validate(example(event)), source=f"/{event.teller}/documents/1", sequence=7, time=AT)


@each_event
def test_the_library_reads_what_we_write(event: type[Event]) -> None:
    ours = a_message(event)
    theirs = from_binary(KafkaMessage(dict(ours.headers()), ours.key.encode(), ours.data), JSONFormat())
    assert theirs.get_specversion() == "1.0"
    assert (theirs.get_id(), theirs.get_source(), theirs.get_type()) == (ours.id, ours.source, ours.type)
    assert (theirs.get_subject(), theirs.get_time()) == (ours.key, AT)
    assert theirs.get_datacontenttype() == "application/json"
    assert (theirs.get_extension("sequence"), theirs.get_extension("traceparent")) == ("7", ours.trace)
    assert theirs.get_data() == json.loads(ours.data)


@each_event
def test_we_read_what_the_library_writes(event: type[Event]) -> None:
    ours = a_message(event)
    attributes = {
        "specversion": "1.0", "id": ours.id, "source": ours.source, "type": ours.type, "subject": ours.key, "time": AT,
        "sequence": "7", "traceparent": ours.trace, "datacontenttype": "application/json",
    }  # fmt: skip
    theirs = to_binary(CloudEvent(attributes, json.loads(ours.data)), JSONFormat(), lambda _event: ours.key)
    key = theirs.key.encode() if isinstance(theirs.key, str) else theirs.key
    value = theirs.value.encode() if isinstance(theirs.value, str) else theirs.value
    received = read(ConsumerRecord(event.topic, 0, 0, key, value, list(theirs.headers.items())))
    assert received.event() == ours.event()
    assert {**vars(received), "data": b""} == {**vars(ours), "data": b""}
