"""A log is put back record by record at its own offset, whatever stood between them."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from aiokafka import TopicPartition

from deploy.backup import log, log_back
from deploy.backup.files import writer
from deploy.backup.manifest import File, Manifest, Partition, Topic, build
from deploy.local.servers import Servers
from shared.events.message import ConsumerRecord
from shared.kernel.clock import real_now
from tests.messaging.by_hand import heard


def a_record(offset: int, *, key: bytes | None = b"k", value: bytes | None = b"v") -> ConsumerRecord:
    return ConsumerRecord(
        "etabli.outbound.x", 0, offset, key, value, (("h", b"1"), ("h", b"2")), timestamp=1_600_000_000_000 + offset
    )


def kept(folder: Path, topics: Mapping[str, tuple[Sequence[ConsumerRecord], Partition]]) -> Manifest:
    files: dict[str, File] = {}
    for name, (records, _) in topics.items():
        into = writer(folder, log.file_of(name, 0))
        for record in records:
            into.add(log._row(record))
        files[log.file_of(name, 0)] = into.close()
    said = {name: Topic(settings={"retention.ms": "-1"}, partitions=[partition]) for name, (_, partition) in topics.items()}
    return Manifest(kind="main", build=build(), at=real_now(), files=files, topics=said)


@pytest.mark.slow
async def test_every_record_stands_where_it_stood(servers: Servers, tmp_path: Path) -> None:
    shapes = {
        "whole": ([0, 1, 2], 0, 3),
        "a_mark_after_each": ([0, 2, 4], 0, 6),
        "aborted_between": ([0, 1, 7, 8, 11], 0, 15),
        "nothing_at_first": ([1, 2], 0, 3),
        "aborted_at_first": ([4, 5], 0, 6),
        "begins_later": ([12, 13], 10, 14),
        "nothing_left": ([], 6, 6),
    }
    topics = {
        f"etabli.test.{name}": ([a_record(offset) for offset in offsets], Partition(start=start, before=end, end=end))
        for name, (offsets, start, end) in shapes.items()
    }
    made = kept(tmp_path, topics)
    await log_back.make_topics(servers.brokers, made.topics)
    async with asyncio.timeout(60):
        await log_back.put_back(servers.brokers, tmp_path, made, lambda done, total: None)

    ends = await log.ends(servers.brokers, dict.fromkeys(topics, 1))
    for topic, (records, partition) in topics.items():
        at = TopicPartition(topic, 0)
        assert ends.ends[at] == partition.end, topic
        found = await heard(servers, topic, len(records)) if records else []
        whole = [one for one in found if not one.fault]
        assert [(one.offset, one.timestamp, one.key, one.value, tuple(one.headers)) for one in whole] == [
            (one.offset, one.timestamp, one.key, one.value, tuple(one.headers)) for one in records
        ], topic
