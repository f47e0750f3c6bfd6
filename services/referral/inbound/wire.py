"""A record of an agency's topic as what it asks for: CloudEvents 1.0, in Kafka's binary or structured mode.

Optional attributes that cannot be read are passed over; what is wrong is said by its name, never by what it holds.
"""

import json
import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.referral.labels import UNFIT
from shared.events.attributes import JSON, given_once, optional, says_json
from shared.events.message import ConsumerRecord
from shared.kernel.texts import on_one_line
from shared.web.refusals import FieldProblem, Refusal, by_its_form

TYPE = "fr.etabli.inbound.referral.requested.v1"
"""The one type that is heard there."""
STRUCTURED = re.compile(r"application/cloudevents(-batch)?(\+[\w.-]+)?\s*(;.*)?", re.ASCII | re.IGNORECASE)
AS_JSON = re.compile(r"application/cloudevents\+json\s*(;.*)?", re.IGNORECASE)
SAID = re.compile(r"[^\x00-\x1f\x7f-\x9f]{1,2000}")
"""An attribute's value: of whom it identifies nothing here is believed, so any text will do."""
REQUIRED = ("specversion", "id", "source", "type")


class Unfit(Exception):
    """This record asks for nothing that could be judged."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


@dataclass(frozen=True)
class _Envelope:
    attributes: Mapping[str, str]
    prefix: str
    """How an attribute is written in this mode, before its name."""


def item_of(record: ConsumerRecord, *, limit: int) -> Any:
    """What is asked, as parsed JSON; its key is the external id where the data say none. Raises Unfit.

    `limit`: bytes, as of a request's body.
    """
    if record.fault:
        raise unfit(record.fault)
    if record.value is None:
        raise unfit("no_value")
    if len(record.value) > limit:
        raise unfit("too_large", status=413)
    content_type = optional(given_once(record.headers), "content-type")
    data = _structured(record.value, content_type) if STRUCTURED.fullmatch(content_type) else _binary(record, record.value)
    return _identified(data, record.key)


def unfit(code: str, field: str | None = None, *, status: int = 422, **words: str) -> Unfit:
    """Why, in the words of its code, and at which field."""
    detail = UNFIT[code].format(**words)
    return Unfit(Refusal(status, code, detail, (FieldProblem(field=field, detail=detail),) if field else ()))


def _binary(record: ConsumerRecord, value: bytes) -> Any:
    fields = given_once(record.headers)
    _check(_Envelope({name: optional(fields, f"ce_{name}") for name in REQUIRED}, "ce_"))
    if not says_json(fields):
        raise unfit("not_json", "content-type")
    return _json(value)


def _structured(value: bytes, content_type: str) -> Any:
    if not AS_JSON.fullmatch(content_type):
        raise unfit("not_json", "content-type")
    event = _json(value)
    if not isinstance(event, dict):
        raise unfit("not_cloudevents", "specversion", attribute="specversion")
    _check(_Envelope({name: _text(event.get(name)) for name in REQUIRED}, ""))
    if not says_json({"content-type": _text(event.get("datacontenttype", JSON)).encode(errors="replace")}):
        raise unfit("not_json", "datacontenttype")
    if event.get("data") is None and "data_base64" in event:
        return _json(_bytes(event["data_base64"]))
    if event.get("data") is None:
        raise unfit("no_value")
    return event["data"]


def _check(envelope: _Envelope) -> None:
    for name in REQUIRED:
        said = envelope.attributes[name]
        if not SAID.fullmatch(said) or (name == "specversion" and said != "1.0"):
            attribute = f"{envelope.prefix}{name}"
            raise unfit("not_cloudevents", attribute, attribute=attribute)
    if envelope.attributes["type"] != TYPE:
        raise unfit("wrong_type", f"{envelope.prefix}type")


def _identified(data: Any, key: bytes | None) -> Any:
    """With its external id, which key and data may each say, and both only alike: it is what makes a repetition known."""
    if not isinstance(data, dict):
        return data
    said, keyed = data.get("external_id"), _key(key)
    if said is None and not keyed:
        raise unfit("no_external_id", "external_id")
    if said is None:
        return {**data, "external_id": keyed}
    if keyed and isinstance(said, str) and on_one_line(said) != on_one_line(keyed):
        raise unfit("wrong_key", "external_id")
    return data


def _key(key: bytes | None) -> str:
    try:
        return (key or b"").decode()
    except UnicodeDecodeError:
        raise unfit("wrong_key", "external_id") from None


def _json(value: bytes) -> Any:
    """As a request's body is read, whose words these are."""
    try:
        return json.loads(value)
    except json.JSONDecodeError as error:
        raise Unfit(by_its_form([{"type": "json_invalid", "loc": (error.pos,)}], ())) from None  # it has the whole document
    except (ValueError, RecursionError):
        raise unfit("malformed", status=400) from None


def _bytes(base64: Any) -> bytes:
    try:
        return b64decode(base64, validate=True)
    except (ValueError, TypeError):
        raise unfit("malformed", status=400) from None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
