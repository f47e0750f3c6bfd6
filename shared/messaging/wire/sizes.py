"""How much a compressed batch holds, before any parser opens it: a few kilobytes may hold gigabytes.

A broker takes what is small as it comes, and whoever reads it would give all of its memory to it, again at each start.
"""

import gzip
import io
import struct
from collections.abc import Callable, Mapping

import cramjam

LARGEST = 32 * 1024 * 1024
"""Bytes that the records of one batch may hold: thirty times what a broker takes of it."""
ATTRIBUTES = struct.Struct(">h")
ATTRIBUTES_AT, RECORDS_AT = 21, 61
"""Where they are in a batch of Kafka's message format 2."""
CODEC = 0b111
GZIP, LZ4, ZSTD = 1, 3, 4
STEP = 1024 * 1024


def holds_too_much(data: memoryview) -> bool:
    """Whether a batch of format 2 holds more than `LARGEST`, or cannot be opened. Snappy holds at most some twenty times."""
    measure = MEASURES.get(ATTRIBUTES.unpack_from(data, ATTRIBUTES_AT)[0] & CODEC)
    if measure is None:
        return False
    try:
        measure(data[RECORDS_AT:])
    except Exception:  # whatever a decompressor makes of bytes that anybody may send
        return True
    return False


def _gzip(data: memoryview) -> None:
    taken = 0
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as opened:
        while part := opened.read(STEP):
            taken += len(part)
            if taken > LARGEST:
                raise ValueError


def _lz4(data: memoryview) -> None:
    cramjam.lz4.decompress_into(data, bytearray(LARGEST))


def _zstd(data: memoryview) -> None:
    cramjam.zstd.decompress_into(data, bytearray(LARGEST))


MEASURES: Mapping[int, Callable[[memoryview], None]] = {GZIP: _gzip, LZ4: _lz4, ZSTD: _zstd}
"""Each raises where what is in there is more than `LARGEST`."""
