"""What a parser cannot read is set aside by its coordinates, and everything around it is heard, in order."""

import random
import uuid
from pathlib import Path
from typing import Any

import pytest
from aiokafka.record.default_records import DefaultRecordBatch, _DefaultRecordBatchBuilderPy
from aiokafka.record.util import calc_crc32c
from aiokafka.structs import TopicPartition
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from deploy.local.servers import Servers
from shared.events.message import UNREADABLE
from shared.messaging.wire.batches import _one_by_one
from shared.messaging.wire.partition import PartitionRecords
from shared.messaging.wire.records import record_of
from tests.conftest import Start
from tests.messaging.by_hand import CODECS, NOT_UTF8, Put, a_topic, heard, put
from tests.messaging.test_consumer import TOPIC, received, toy, until_handled

pytestmark = pytest.mark.usefixtures("toy_caught_up")

CRC_AT, ATTRIBUTES_AT, RECORDS_AT = 17, 21, 61
"""Where they are in a batch."""


@pytest.mark.parametrize("codec", [None, *CODECS])
async def test_a_header_name_that_is_no_text_sets_its_own_record_aside_and_no_other(servers: Servers, codec: str | None) -> None:
    topic = await a_topic(servers)
    await put(servers, topic, [Put(b"a", b"1", [("h", b"x")]), Put(b"b", b"2", NOT_UTF8), Put(b"c", b"3")], codec=codec)
    await put(servers, topic, [Put(b"d", b"4", NOT_UTF8)], codec=codec)
    await put(servers, topic, [Put(b"e", b"5")], codec=codec)
    found = await heard(servers, topic, 5)
    assert [(r.offset, r.key, r.value, r.fault) for r in found] == [
        (0, b"a", b"1", ""), (1, b"b", b"2", UNREADABLE), (2, b"c", b"3", ""), (3, b"d", b"4", UNREADABLE), (4, b"e", b"5", ""),
    ]  # fmt: skip
    assert dict(found[0].headers) == {"h": b"x"}
    assert not found[1].headers, "its other headers are dropped with the name"


async def test_a_service_parks_what_it_cannot_read_with_its_key_and_goes_on_with_the_others(
    running: Start, servers: Servers, caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = uuid.uuid4(), uuid.uuid4()
    batch = [(good, 1, None), (bad, 1, NOT_UTF8), (good, 2, None), (bad, 2, None), (good, 3, None)]
    messages = [(received(key, sequence), headers) for key, sequence, headers in batch]
    puts = [Put(message.key.encode(), message.data, headers or message.headers()) for message, headers in messages]
    with capture_logs() as lines:
        async with running(toy) as here:
            await put(servers, TOPIC, puts, codec="lz4", partition=5)
            await until_handled(here, good, [1, 2, 3])
            shown = (await here.as_("admin").get("/admin/parked")).text
            kept = await here.store.database["parked"].find({"key": str(bad).encode()}, sort=["offset"])
    assert [row["code"] for row in kept] == [UNREADABLE, "behind_a_parked_message"]
    assert "famille-" not in f"{lines} {caplog.text} {kept} {shown}"


async def test_a_batch_that_was_spoilt_on_its_disk_is_set_aside_whole(
    servers: Servers, tmp_path_factory: pytest.TempPathFactory
) -> None:
    topic = await a_topic(servers)
    for value in (b"one", b"SPOILT", b"three"):
        await put(servers, topic, [Put(b"key", value)] * 2)
    (log,) = _logs(tmp_path_factory.getbasetemp(), topic)
    with log.open("r+b") as file:
        file.seek(file.read().index(b"SPOILT"))
        file.write(b"spoilt")
    found = [(record.offset, record.value, record.fault, record.count) for record in await heard(servers, topic, 5)]
    assert found == [
        (0, b"one", "", 1), (1, b"one", "", 1), (2, None, UNREADABLE, 2), (4, b"three", "", 1), (5, b"three", "", 1),
    ]  # fmt: skip


def _logs(folder: Path, topic: str) -> list[Path]:
    return list(folder.glob(f"**/{topic}-0/*0.log"))


def a_batch(base: int = 0, *, codec: int = 0, names: tuple[str, ...] = ("h",), count: int = 4) -> bytearray:
    builder = _DefaultRecordBatchBuilderPy(2, codec, 0, -1, -1, -1, 100_000)
    for number in range(count):
        builder.append(number, 1_000, b"key", b"value", [(name, b"x") for name in names])
    batch = bytearray(builder.build())
    batch[0:8] = base.to_bytes(8, "big")
    return batch


def sealed(batch: bytearray) -> bytes:
    """With the checksum of what it holds now, as whoever writes it would."""
    batch[CRC_AT:ATTRIBUTES_AT] = calc_crc32c(bytes(batch[ATTRIBUTES_AT:])).to_bytes(4, "big")
    return bytes(batch)


def read(data: bytes, *, at: int = 0) -> list[Any]:
    records = PartitionRecords(TopicPartition("t", 0), data, None, at, None, None, True, 1, may_heal=lambda _: False)
    found = [record_of(record) for record in records]
    return [(record.offset, record.offset + record.count, record.fault) for record in found]


def test_a_codec_that_nobody_knows_sets_its_batch_aside() -> None:
    unknown = a_batch(4)
    unknown[ATTRIBUTES_AT + 1] = 5
    assert read(bytes(a_batch()) + sealed(unknown) + bytes(a_batch(8)))[3:6] == [(3, 4, ""), (4, 8, UNREADABLE), (8, 9, "")]


def test_a_format_that_nobody_knows_sets_its_batch_aside() -> None:
    unknown = a_batch(4)
    unknown[16] = 3
    assert read(bytes(a_batch()) + bytes(unknown) + bytes(a_batch(8)))[3:6] == [(3, 4, ""), (4, 8, UNREADABLE), (8, 9, "")]


@pytest.mark.parametrize("codec", [1, 2, 3, 4])
def test_what_cannot_be_decompressed_sets_its_batch_aside(codec: int) -> None:
    broken = a_batch(4, codec=codec)
    broken[RECORDS_AT:] = bytes(len(broken) - RECORDS_AT)
    assert read(bytes(a_batch()) + sealed(broken) + bytes(a_batch(8)))[3:6] == [(3, 4, ""), (4, 8, UNREADABLE), (8, 9, "")]


def test_an_answer_in_which_no_batch_can_be_made_out_is_set_aside_one_offset_at_a_time() -> None:
    assert read(b"\xff" * 100, at=6) == [(6, 7, UNREADABLE)]


def test_whoever_begins_within_a_batch_that_cannot_be_read_is_told_of_the_rest_of_it() -> None:
    broken = a_batch(4, codec=1)
    broken[RECORDS_AT:] = bytes(len(broken) - RECORDS_AT)
    assert read(sealed(broken), at=6) == [(6, 8, UNREADABLE)]


@given(st.integers(0, 4), st.integers(0, 2**32))
def test_whatever_the_bytes_each_offset_is_given_once_in_order_and_nothing_is_raised(codec: int, seed: int) -> None:
    chance = random.Random(seed)
    middle = a_batch(4, codec=codec, names=("h", "other"))
    for _ in range(chance.randint(1, 3)):
        middle[chance.randrange(RECORDS_AT, len(middle))] = chance.randrange(256)
    found = read(bytes(a_batch()) + sealed(middle) + bytes(a_batch(8)))
    assert [start for start, _, _ in found] == [0, *(end for _, end, _ in found[:-1])]
    assert found[-1] == (11, 12, "")


def test_the_slow_parser_reads_as_the_fast_one_does() -> None:
    batch = a_batch(count=2, names=("h", "é"))
    fast = list(DefaultRecordBatch(bytes(batch)))
    slow = _one_by_one(DefaultRecordBatch(bytes(batch)), memoryview(bytes(batch)))
    as_read = [[(r.offset, r.timestamp, r.timestamp_type, r.key, r.value, list(r.headers)) for r in of] for of in (fast, slow)]
    assert as_read[0] == as_read[1]
