"""CloudEvents' attributes in Kafka's headers: those that a message needs, strictly; those that it may have, forgivingly."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from shared.kernel.tracing import trace_of

Headers = Sequence[tuple[str, bytes | None]]
"""As Kafka has them: a name may come twice."""
VISIBLE = re.compile(r"[\x21-\x7e]{1,300}")
SOURCE = re.compile(r"/[\x21-\x7e]{1,300}")
CAUSE = re.compile(r"/[\x21-\x7e]{1,300} [^\x00-\x1f]{1,300}#[0-9]{1,18}")
SEQUENCE = re.compile(r"[0-9]{1,19}")
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})")
MEDIA_TYPE = re.compile(r"[\w!#$&^.+-]+/([\w!#$&^.+-]+)\s*(;.*)?", re.ASCII)
JSON = "application/json"


def given_once(headers: Headers) -> Mapping[str, bytes | None]:
    """The headers by name, but those given twice: of two values neither is known to be meant."""
    fields = dict(headers)
    if len(fields) < len(headers):
        given = Counter(name for name, _ in headers)
        fields = {name: value for name, value in fields.items() if given[name] == 1}
    return fields


def required(fields: Mapping[str, bytes | None], name: str, pattern: re.Pattern[str]) -> str:
    """An attribute that has to be there, and to be written so. Raises ValueError, without what was written."""
    text = optional(fields, f"ce_{name}")
    if not pattern.fullmatch(text):
        raise ValueError(name)
    return text


def optional(fields: Mapping[str, bytes | None], name: str) -> str:
    """An attribute as text; nothing where it is not there or cannot be read."""
    try:
        return (fields.get(name) or b"").decode()
    except UnicodeDecodeError:
        return ""


def sequence_of(fields: Mapping[str, bytes | None]) -> int:
    """A count that MongoDB can hold, in plain digits: `int()` alone would take `+1`, `1_000` and the digits of any script."""
    sequence = int(required(fields, "sequence", SEQUENCE))
    if sequence >= 2**63:
        raise ValueError("sequence")
    return sequence


def time_of(fields: Mapping[str, bytes | None]) -> datetime:
    """An instant with its offset (RFC 3339), in UTC, between years that every time zone can write."""
    time = datetime.fromisoformat(required(fields, "time", TIME).upper()).astimezone(UTC)
    if not 1970 <= time.year < 9999:
        raise ValueError("time")
    return time


def trace_in(fields: Mapping[str, bytes | None]) -> str:
    """The W3C trace that it came with, if any: of who sent it where that is said, else of where it began."""
    return trace_of(optional(fields, "traceparent")) or trace_of(optional(fields, "ce_traceparent"))


def cause_in(fields: Mapping[str, bytes | None]) -> str:
    """What its document had heard (`Message.place`), if that is said."""
    written = optional(fields, "ce_cause")
    return written if CAUSE.fullmatch(written) else ""


def says_json(fields: Mapping[str, bytes | None]) -> bool:
    """Whether its content type is JSON's, or says nothing: CloudEvents then takes it for JSON's."""
    written = optional(fields, "content-type")
    if written == JSON:
        return True
    media_type = MEDIA_TYPE.fullmatch(written)
    return media_type is None or media_type[1].lower().rpartition("+")[2] == "json"
