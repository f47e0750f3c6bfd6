"""Record batches as bytes: cut apart, read by aiokafka's fast parser, and record by record where that one gives up.

The fast parser ends a whole batch at the first header name that is no UTF-8. Ours (Kafka's message format 2: a length before
each record, varints within) keeps the others, and of such a record its key and value, so that its key keeps its order.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from aiokafka.record.default_records import DefaultRecordBatch, _DefaultRecordBatchPy
from aiokafka.record.legacy_records import LegacyRecordBatch
from aiokafka.record.util import decode_varint

from shared.messaging.wire.sizes import holds_too_much

PREFIX = struct.Struct(">qiib")
"""Base offset, length of what follows it, leader epoch (older formats: CRC), format."""
BEFORE_LENGTH = 12
NEWEST_FORMAT = 2


class Broken(Exception):
    """A batch that cannot be trusted: a wrong checksum, too few bytes, a format that is not known, offsets in disorder."""


@dataclass(frozen=True)
class Piece:
    """A record of a batch that the fast parser cannot read: whole again (`readable`), or what is left of it."""

    offset: int
    readable: bool = False
    count: int = 1
    key: bytes | None = None
    value: bytes | None = None
    headers: Sequence[tuple[str, bytes | None]] = ()
    timestamp: int = -1
    timestamp_type: int = 0
    checksum: None = None


def cut(data: bytes) -> Iterator[memoryview]:
    """The whole batches in what a broker sent; the last one may be cut short, and is left for the next fetch."""
    rest = memoryview(data)
    while len(rest) >= PREFIX.size:
        _, length, _, _ = PREFIX.unpack_from(rest)
        if not 0 <= length <= len(rest) - BEFORE_LENGTH:
            return
        yield rest[: BEFORE_LENGTH + length]
        rest = rest[BEFORE_LENGTH + length :]


def base_of(data: memoryview) -> int:
    """The first offset of a batch, which no checksum covers."""
    return int(PREFIX.unpack_from(data)[0])


def opened(data: memoryview) -> Any:
    """The batch in these bytes, as aiokafka's fast parser reads it. Raises Broken."""
    form = PREFIX.unpack_from(data)[3]
    if not 0 <= form <= NEWEST_FORMAT:
        raise Broken
    try:
        batch = DefaultRecordBatch(data) if form == NEWEST_FORMAT else LegacyRecordBatch(data, form)
        if batch.validate_crc():
            return batch
    except Exception as error:
        raise Broken from error
    raise Broken


def records_of(batch: Any, data: memoryview) -> Sequence[Any]:
    """The records of an opened batch, in order: all, though some of them cannot be read."""
    if isinstance(batch, DefaultRecordBatch) and holds_too_much(data):
        return [_all_of(batch, data)]
    try:
        records = list(batch)
        offsets = [record.offset for record in records]
        if offsets == list(range(batch.next_offset - len(offsets), batch.next_offset)) or _rise(offsets, batch):
            return records
        raise Broken
    except Exception:  # whatever a parser or a decompressor makes of bytes that anybody may send
        return _one_by_one(batch, data)


def _rise(offsets: Sequence[int], batch: Any) -> bool:
    """Whether they are of this batch, and in order: a broker looks into few of them."""
    if isinstance(batch, LegacyRecordBatch):
        return True
    all_ = [batch.base_offset - 1, *offsets, batch.next_offset]
    return all(one < next_one for one, next_one in pairwise(all_))


def _one_by_one(batch: Any, data: memoryview) -> list[Piece]:
    try:
        plain = _DefaultRecordBatchPy(data)
        plain._maybe_uncompress()
        return list(_pieces(plain, batch.next_offset))
    except Exception:
        return [_all_of(batch, data)]


def _all_of(batch: Any, data: memoryview) -> Piece:
    """What stands for a batch of which nothing can be read."""
    first = base_of(data)
    return Piece(first, count=max(1, batch.next_offset - first))


def _pieces(batch: _DefaultRecordBatchPy, end: int) -> Iterator[Piece]:
    """Each record of a batch of this format; from where its lengths make no sense, one that stands for the rest."""
    buffer, position, next_offset = bytes(batch._buffer), batch._pos, batch.base_offset
    dense = batch._num_records == end - next_offset  # nothing was compacted away, so a record's place says its offset
    for _ in range(batch._num_records):
        try:
            length, start = decode_varint(buffer, position)
        except IndexError:
            break
        if length < 0 or start + length > len(buffer):
            break
        position = start + length
        piece = _piece(batch, buffer[start:position], next_offset)
        if dense and piece.offset != next_offset:
            piece = Piece(next_offset, key=piece.key, value=piece.value)
        if not next_offset <= piece.offset < end:
            raise Broken
        yield piece
        next_offset = piece.offset + 1
    if next_offset < end and (dense or position != len(buffer)):
        yield Piece(next_offset, count=end - next_offset)


def _piece(batch: _DefaultRecordBatchPy, body: bytes, next_offset: int) -> Piece:
    key = value = None
    offset = next_offset
    try:
        delta, at = decode_varint(body, 1)  # after one byte of attributes, which say nothing yet
        after, at = decode_varint(body, at)
        offset = batch.base_offset + after
        key, at = _bytes(body, at)
        value, at = _bytes(body, at)
        headers = list(_headers(body, at))
    except (ValueError, IndexError):  # UnicodeDecodeError is a ValueError
        return Piece(offset, key=key, value=value)
    timestamp = batch.max_timestamp if batch.timestamp_type else batch.first_timestamp + delta
    return Piece(offset, True, 1, key, value, headers, timestamp, batch.timestamp_type)


def _headers(body: bytes, at: int) -> Iterator[tuple[str, bytes | None]]:
    count, at = decode_varint(body, at)
    for _ in range(count):
        name, at = _bytes(body, at)
        value, at = _bytes(body, at)
        yield (name or b"").decode(), value
    if at != len(body):
        raise ValueError


def _bytes(body: bytes, at: int) -> tuple[bytes | None, int]:
    """A length, -1 for none, and that many bytes."""
    length, at = decode_varint(body, at)
    if length == -1:
        return None, at
    if length < 0 or at + length > len(body):
        raise IndexError
    return body[at : at + length], at + length
