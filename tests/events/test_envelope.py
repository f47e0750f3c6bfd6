"""A message is heard only as its own teller writes it: envelope, topic, key and source. What is optional is never a reason."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from deploy.contracts.schemas import example
from shared.events import EVENTS, Event
from shared.events.catalogue import SchoolRegistered
from shared.events.message import ConsumerRecord, Message, Undecodable, message_of, read
from shared.events.production import OrderReceived
from shared.events.referral import ReferralSubmitted
from shared.events.students import DiplomaObtained
from shared.kernel.tracing import new_trace

AT = datetime(2026, 3, 2, 8, 15, 30, 5, UTC)
OTHER = str(UUID(int=7))


def a_message(event: type[Event] = OrderReceived) -> Message:
    return message_of(event.model_validate(example(event)), source=f"/{event.teller}/documents/1", sequence=7, time=AT)


def a_record(
    message: Message | None = None, *, headers: Any = (), also: Any = (), without: str = "", **overrides: Any
) -> ConsumerRecord:
    """A message as a record, with these headers in the place of its own, and others after them."""
    message = message or a_message()
    named = {**dict(message.headers()), **dict(headers)}
    record = {
        "topic": EVENTS[message.type].topic, "partition": 3, "offset": 8, "key": message.key.encode(), "value": message.data,
        "headers": [*((name, value) for name, value in named.items() if name != without), *also],
    }  # fmt: skip
    return ConsumerRecord(**{**record, **overrides})


def refusal(record: ConsumerRecord) -> str:
    with pytest.raises(Undecodable) as refused:
        read(record).event()
    assert "Dupont" not in str(refused.value)
    return refused.value.code


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)
def test_every_event_is_heard_as_its_teller_tells_it_and_from_no_other_place(event: type[Event]) -> None:
    message = a_message(event)
    assert read(a_record(message)) == message
    assert read(a_record(message)).event() == message.event()
    assert refusal(a_record(message, topic="etabli.inbound.cio")) == "wrong_topic"
    assert refusal(a_record(message, headers={"ce_source": b"/elsewhere/documents/1"})) == "wrong_source"
    assert refusal(a_record(message, key=OTHER.encode())) == "wrong_key"


def test_a_diploma_told_on_the_topic_of_orders_is_not_heard() -> None:
    assert refusal(a_record(a_message(DiplomaObtained), topic="etabli.production")) == "wrong_topic"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"topic": "etabli.enrolment"}, "wrong_topic"),
        ({"headers": {"ce_source": b"/enrolment/intakes/1"}}, "wrong_source"),
        ({"headers": {"ce_source": b"/referral"}}, "wrong_source"),
        ({"headers": {"ce_source": b"/referrals/referral/1"}}, "wrong_source"),
        ({"headers": {"ce_source": b"/Referral/referrals/1"}}, "wrong_source"),
        ({"key": OTHER.encode()}, "wrong_key"),
        ({"key": b""}, "wrong_key"),
        ({"key": b"\xff"}, "wrong_key"),
        ({"key": b"a\0b"}, "wrong_key"),
        ({"key": None}, "no_key"),
        ({"value": None}, "no_value"),
        ({"value": b'{"family_name": "Dupont"'}, "invalid_data"),
        ({"headers": {"ce_type": b"fr.etabli.jean.dupont.v1"}}, "unknown_type"),
    ],
)
def test_a_referral_is_heard_from_its_own_teller_under_its_own_person_only(wrong: dict[str, Any], code: str) -> None:
    assert refusal(a_record(a_message(ReferralSubmitted), **wrong)) == code


@pytest.mark.parametrize(
    "spell", [str.upper, "{{{}}}".format, "urn:uuid:{}".format, lambda key: key.replace("-", ""), " {}".format]
)
def test_another_spelling_of_a_key_is_another_key(spell: Any) -> None:
    message = a_message()
    key = spell("0a" + message.key[2:])
    data = json.loads(message.data) | {"order_id": "0a" + message.key[2:]}
    assert refusal(a_record(message, key=key.encode(), value=json.dumps(data).encode())) == "wrong_key"


def test_a_key_that_no_field_could_be_named_by_is_no_key() -> None:
    message = a_message(SchoolRegistered)
    value = json.dumps(json.loads(message.data) | {"school": "a\0b"}).encode()
    assert refusal(a_record(message, key=b"a\0b", value=value)) == "wrong_key"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ce_specversion", "0.3"), ("ce_specversion", "1.0 "), ("ce_specversion", ""),
        ("ce_id", ""), ("ce_id", "Jean Dupont"), ("ce_id", "x" * 301),
        ("ce_source", "$set"), ("ce_source", "/a\0b"), ("ce_source", "/"), ("ce_source", "/production/" + "x" * 300),
        ("ce_type", ""), ("ce_type", "Jean Dupont"),
        ("ce_sequence", "+1"), ("ce_sequence", "１"), ("ce_sequence", "1_000"), ("ce_sequence", " 1"), ("ce_sequence", "1\n"),
        ("ce_sequence", "-1"), ("ce_sequence", "1.0"), ("ce_sequence", ""), ("ce_sequence", str(2**63)),
        ("ce_sequence", "9" * 5000),
        ("ce_time", "yesterday"), ("ce_time", "2026-01-01"), ("ce_time", "2026-03-02T08:15:00"), ("ce_time", "2026-03-02T08:15Z"),
        ("ce_time", "2026-W10-1T08:15:00Z"), ("ce_time", "20260302T081500Z"), ("ce_time", "2026-03-02T08:15:60Z"),
        ("ce_time", "2026-03-02T08:15:00Z\n"), ("ce_time", "2026-03-02T08:15:00+25:00"), ("ce_time", "２026-03-02T08:15:00Z"),
        ("ce_time", "9999-12-31T23:59:59Z"), ("ce_time", "9999-12-31T23:59:59-01:00"), ("ce_time", "0001-01-01T00:00:00+14:00"),
    ],
)  # fmt: skip
def test_what_a_message_needs_is_read_strictly(name: str, value: str) -> None:
    assert refusal(a_record(headers={name: value.encode()})) == "not_cloudevents"


@pytest.mark.parametrize("name", ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_sequence", "ce_time"])
def test_what_a_message_needs_is_given_once_and_in_utf_8(name: str) -> None:
    assert refusal(a_record(without=name)) == "not_cloudevents"
    assert refusal(a_record(headers={name: None})) == "not_cloudevents"
    assert refusal(a_record(headers={name: b"\xff"})) == "not_cloudevents"
    assert refusal(a_record(also=[(name, dict(a_message().headers())[name])])) == "not_cloudevents"


@pytest.mark.parametrize("time", ["02T08:15:30.000005Z", "02t09:15:30.000005+01:00", "02T08:15:30.000005000Z"])
def test_a_time_is_read_however_rfc_3339_has_it(time: str) -> None:
    assert read(a_record(headers={"ce_time": f"2026-03-{time}".encode()})).time == AT


@pytest.mark.parametrize("value", [b"\xff", None, b"", b"nothing of the kind", b"Jean Dupont"])
@pytest.mark.parametrize(
    "name", ["ce_traceparent", "ce_subject", "ce_dataschema", "ce_datacontenttype", "ce_mine", "content-type", "x"]
)
def test_what_is_optional_and_cannot_be_read_is_dropped_and_the_message_heard(name: str, value: bytes | None) -> None:
    assert read(a_record(headers={name: value})) == a_message()
    assert read(a_record(without=name)) == a_message()


def test_of_an_optional_attribute_given_twice_neither_is_kept() -> None:
    trace, other = new_trace(), new_trace()
    assert read(a_record(headers={"ce_traceparent": trace.encode()})).trace == trace
    twice = a_record(headers={"ce_traceparent": trace.encode()}, also=[("ce_traceparent", other.encode())])
    assert read(twice).trace == ""


@pytest.mark.parametrize("said", ["application/json; charset=utf-8", "Application/JSON", "text/json", "application/vnd.x+json"])
def test_json_is_heard_under_every_name_that_it_has(said: str) -> None:
    assert read(a_record(headers={"content-type": said.encode()})) == a_message()


@pytest.mark.parametrize(
    "said", ["application/xml", "text/plain; charset=utf-8", "application/jsonlines", "application/json+xml"]
)
def test_what_says_that_it_is_not_json_is_not_read_as_json(said: str) -> None:
    assert refusal(a_record(headers={"content-type": said.encode()})) == "not_json"


@pytest.mark.parametrize("written", ["", "x", "/a b", "/a b#-1", "/a b#1x", "/a\n b#1", f"/a b#{2**63}"])
def test_a_cause_that_is_none_is_dropped_and_the_message_heard(written: str) -> None:
    assert read(a_record(headers={"ce_cause": b"/enrolment/pupils/1 a-school#3"})).cause == "/enrolment/pupils/1 a-school#3"
    assert read(a_record(headers={"ce_cause": written.encode()})).cause == ""
