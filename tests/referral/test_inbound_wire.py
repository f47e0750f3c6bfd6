"""A record of an agency's topic, read: CloudEvents in both modes as the field's own library writes it; what is wrong, by name."""

import json
from base64 import b64encode
from collections.abc import Sequence
from string import Formatter
from typing import Any

import pytest
from cloudevents.core.bindings.kafka import to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent

from services.referral.inbound.wire import TYPE, Unfit, item_of
from services.referral.labels import UNFIT
from shared.events.message import DELETED, UNREADABLE, ConsumerRecord
from shared.messaging.topics import inbound
from tests.referral.builders import CIO, a_referral
from tests.referral.inbound import STRUCTURED, asked, headers, structured

MARK = "Zélie-Marquée"
LIMIT = 1_000_000


def a_record(
    value: bytes | None, given: Sequence[tuple[str, bytes]] | None = None, *, key: bytes | None = b"R-1", fault: str = ""
) -> ConsumerRecord:
    return ConsumerRecord(inbound(CIO), 0, 7, key, value, headers() if given is None else given, fault)


def code(record: ConsumerRecord, *, limit: int = LIMIT) -> str:
    """Why it is not fit; nothing that it holds is in what is said."""
    with pytest.raises(Unfit) as found:
        item_of(record, limit=limit)
    refusal = found.value.refusal
    assert MARK not in repr(refusal) + str(found.value)
    assert found.value.__cause__ is None
    assert refusal.detail
    return refusal.code


@pytest.mark.parametrize("write", [to_binary_event, to_structured_event])
@pytest.mark.parametrize("more", [{}, {"subject": "R-1", "time": "hier", "dataschema": "x", "traceparent": "\x00"}])
def test_what_the_library_of_cloudevents_writes_is_read_in_either_mode(write: Any, more: dict[str, Any]) -> None:
    attributes = {"type": TYPE, "source": "urn:logiciel:dole", "id": "m 1", "datacontenttype": "application/json"}
    message = write(CloudEvent(attributes, a_referral()))
    extra = [(f"ce_{name}", str(value).encode()) for name, value in more.items()]
    record = a_record(message.value, [*message.headers.items(), *extra])
    assert item_of(record, limit=LIMIT) == {**a_referral(), "external_id": "R-1"}


def test_data_in_base64_and_charsets_are_read_too() -> None:
    value = structured(None, data_base64=b64encode(asked()).decode())
    assert item_of(a_record(value, STRUCTURED), limit=LIMIT)["external_id"] == "R-1"
    given = headers(**{"content-type": "Application/JSON; charset=utf-8"})
    assert item_of(a_record(asked(), given), limit=LIMIT)["external_id"] == "R-1"


@pytest.mark.parametrize("name", ["specversion", "id", "source", "type"])
def test_an_attribute_that_lacks_is_given_twice_or_is_no_text_is_named(name: str) -> None:
    header = f"ce_{name}"
    assert code(a_record(asked(), headers(**{header: None}))) == "not_cloudevents"
    assert code(a_record(asked(), [*headers(), (header, b"1.0")])) == "not_cloudevents"
    assert code(a_record(asked(), [*headers(**{header: None}), (header, b"\xff")])) == "not_cloudevents"
    assert code(a_record(structured(a_referral(), **{name: None}), STRUCTURED)) == "not_cloudevents"
    assert code(a_record(structured(a_referral(), **{name: 1}), STRUCTURED)) == "not_cloudevents"


@pytest.mark.parametrize(
    ("value", "given", "expected"),
    [
        (None, headers(), "no_value"),
        (b"", headers(), "malformed"),
        (b"{", headers(), "malformed"),
        (b"\xff\xfe\xfd", headers(), "malformed"),
        (b"[" * 100_000, headers(), "malformed"),
        (b"9" * 10_000, headers(), "malformed"),
        (f'{{"{MARK}'.encode(), headers(), "malformed"),
        (asked(), [], "not_cloudevents"),
        (asked(), headers(ce_specversion="0.3"), "not_cloudevents"),
        (asked(), headers(ce_type=f"fr.etabli.{MARK}"), "wrong_type"),
        (asked(), headers(ce_type="fr.etabli.referral.referral.submitted.v1"), "wrong_type"),
        (asked(), headers(**{"content-type": "text/csv"}), "not_json"),
        (asked(), [("content-type", b"application/cloudevents+avro")], "not_json"),
        (asked(), [("content-type", b"application/cloudevents-batch+json")], "not_json"),
        (b"[]", STRUCTURED, "not_cloudevents"),
        (b"{", STRUCTURED, "malformed"),
        (structured(None), STRUCTURED, "no_value"),
        (structured(None, data_base64="é"), STRUCTURED, "malformed"),
        (structured(None, data_base64=7), STRUCTURED, "malformed"),
        (structured(a_referral(), datacontenttype="text/xml"), STRUCTURED, "not_json"),
        (structured(a_referral(), type=MARK), STRUCTURED, "wrong_type"),
    ],
)
def test_what_asks_for_nothing_is_said_by_a_code(value: bytes | None, given: Sequence[tuple[str, bytes]], expected: str) -> None:
    assert code(a_record(value, given)) == expected


@pytest.mark.parametrize("fault", [UNREADABLE, DELETED])
def test_what_the_client_cannot_read_or_did_not_find_is_said_so(fault: str) -> None:
    assert code(a_record(None, (), fault=fault)) == fault


def test_a_value_larger_than_a_request_s_body_is_not_read() -> None:
    assert code(a_record(asked()), limit=100) == "too_large"


@pytest.mark.parametrize(
    ("key", "said", "expected"),
    [
        (b"R-1", None, "R-1"),
        (None, "R-1", "R-1"),
        (b"", "R-1", "R-1"),
        (b"R-1", "R-1", "R-1"),
        (b"R 1", "R\t1 ", "R\t1 "),  # one reference, as a line reads it
        ("e\u0301".encode(), "é", "é"),
        (b"R-1", 7, 7),  # POST /referrals says what is wrong with that
    ],
)
def test_key_and_data_name_one_reference_each_alone_or_both_alike(key: bytes | None, said: Any, expected: Any) -> None:
    value = json.dumps({**a_referral(), **({} if said is None else {"external_id": said})}).encode()
    assert item_of(a_record(value, key=key), limit=LIMIT)["external_id"] == expected


@pytest.mark.parametrize(
    ("key", "said", "expected"),
    [(b"R-1", "R-2", "wrong_key"), (b"\xff", "R-1", "wrong_key"), (b"\xff", None, "wrong_key"), (None, None, "no_external_id")],
)
def test_two_references_or_none_are_refused(key: bytes | None, said: str | None, expected: str) -> None:
    assert code(a_record(asked(**({} if said is None else {"external_id": said})), key=key)) == expected


def test_the_subject_may_say_anything() -> None:
    assert item_of(a_record(asked(), headers(ce_subject="R-2")), limit=LIMIT)["external_id"] == "R-1"


def test_data_that_are_no_object_go_on_to_be_refused_as_over_http() -> None:
    assert item_of(a_record(b"[]"), limit=LIMIT) == []


def test_no_sentence_has_room_for_what_was_sent() -> None:
    assert {name for text in UNFIT.values() for _, name, *_ in Formatter().parse(text) if name} == {"attribute"}
