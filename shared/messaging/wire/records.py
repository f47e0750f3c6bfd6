"""A record as the client gives it, whole or not, and as we take it in."""

from typing import Any

from aiokafka.structs import ConsumerRecord as Found
from aiokafka.structs import TopicPartition

from shared.events.message import ConsumerRecord


class Fault(tuple[()]):
    """The headers of a record that is not as it was sent: none, and why. Faust and aiokafka carry it as they do headers."""

    why: str
    offsets: int

    def __new__(cls, why: str, offsets: int = 1) -> "Fault":
        fault = super().__new__(cls)
        fault.why, fault.offsets = why, offsets
        return fault


def set_aside(
    tp: TopicPartition, offset: int, fault: Fault, key: bytes | None = None, value: bytes | None = None
) -> "Found[bytes, bytes]":
    """What stands, in its place of the partition, for what cannot be read: `fault.offsets` offsets from this one on."""
    sizes = [len(bytes_ or b"") for bytes_ in (key, value)]
    return Found(tp.topic, tp.partition, offset, -1, 0, key, value, None, *sizes, headers=fault)


def record_of(found: Any) -> ConsumerRecord:
    """A client's record, or a Faust message, as ours."""
    headers = found.headers
    fault, count = (headers.why, headers.offsets) if isinstance(headers, Fault) else ("", 1)
    pairs = tuple(headers.items() if isinstance(headers, dict) else headers or ())
    place, at = (found.topic, found.partition, found.offset), _instant(found.timestamp)
    return ConsumerRecord(*place, found.key, found.value, pairs, fault, count, at)


def _instant(timestamp: float | None) -> int:
    """In milliseconds: Faust has it in seconds, the oldest formats have none."""
    if timestamp is None:
        return -1
    return timestamp if isinstance(timestamp, int) else round(1000 * timestamp)
