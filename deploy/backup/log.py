"""The log in a backup: every record of our topics up to the barrier, as it was told, where it stood."""

import re
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from deploy.backup.databases import Collections, database_of
from deploy.backup.files import Writer, opened, writer
from deploy.backup.manifest import File, Partition
from deploy.local.progress import Advance
from shared.events.message import DELETED, ConsumerRecord
from shared.messaging.kafka import Brokers, consumer
from shared.messaging.topics import INBOUND
from shared.messaging.wire.records import record_of
from shared.persistence.dump import Instant, documents

HEARD = re.compile(r"(dlq\.)?etabli\..+")
OURS = re.compile(rf"(?!{re.escape(INBOUND)}){HEARD.pattern}")
"""Without what agencies say to us: it may name a person in clear, and what was taken in of it is in the vault."""
SOURCE = re.compile(rb"/([a-z]+)/([a-z_]+)/(.+)")
"""Of an event: its service, the collection of the document that told it, and which that is."""
DYNAMIC_TOPIC_CONFIG = 1
AT_ONCE = 5_000
WAIT_MS = 1_000


@dataclass(frozen=True)
class Ends:
    """Where each partition of a topic begins and ends."""

    starts: Mapping[TopicPartition, int]
    ends: Mapping[TopicPartition, int]


def file_of(topic: str, partition: int) -> str:
    """Where a partition is kept."""
    return f"log/{topic}/{partition}.bson.gz"


@asynccontextmanager
async def administering(brokers: Brokers) -> AsyncIterator[AIOKafkaAdminClient]:
    """An administrator of Kafka."""
    admin = AIOKafkaAdminClient(**brokers.options())
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def topics(brokers: Brokers, which: re.Pattern[str] = OURS) -> dict[str, tuple[int, Mapping[str, str]]]:
    """Our topics, each with how many partitions it has, and the settings that were given to it."""
    async with administering(brokers) as admin:
        names = sorted(filter(which.fullmatch, await admin.list_topics()))
        if not names:
            return {}
        described = {one["topic"]: len(one["partitions"]) for one in await admin.describe_topics(names)}
        answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in names])
    found = {resource[3]: _own(resource[4]) for answer in answers for resource in answer.resources}
    return {name: (described[name], found[name]) for name in names}


def _own(settings: Sequence[Sequence[Any]]) -> dict[str, str]:
    """Those that were given to the topic itself; the others are its brokers'."""
    return {one[0]: one[1] for one in settings if one[3] == DYNAMIC_TOPIC_CONFIG}


async def ends(brokers: Brokers, partitions: Mapping[str, int]) -> Ends:
    """Where the log begins and ends now: what is committed, transactions under way apart."""
    every = [TopicPartition(topic, number) for topic, count in partitions.items() for number in range(count)]
    async with consumer(brokers) as reader:
        return Ends(await reader.beginning_offsets(every), await reader.end_offsets(every))


class Saving:
    """One topic's way into its files. `told` says of a record past `before` whether its document had told it by the barrier."""

    def __init__(self, topic: str, before: Ends, after: Ends, barrier: "Barrier", folder: Path) -> None:
        self._before = before
        self._after = after
        self._barrier = barrier
        self.partitions = sorted(at for at in after.ends if at.topic == topic)
        self._writers: dict[TopicPartition, Writer] = {at: writer(folder, file_of(*at)) for at in self.partitions}
        self._end = dict.fromkeys(self.partitions, 0)
        self._left_out: dict[TopicPartition, int] = {}
        self.unreadable: list[str] = []

    async def run(self, brokers: Brokers, advance: Advance) -> None:
        """Read the topic up to its ends."""
        async with consumer(brokers, whole=(), max_poll_records=AT_ONCE) as reader:
            reader.assign(self.partitions)
            for at in self.partitions:
                reader.seek(at, self._after.starts[at])
            while left := [at for at in self.partitions if await reader.position(at) < self._after.ends[at]]:
                for at, batch in (await reader.getmany(*left, timeout_ms=WAIT_MS)).items():
                    await self._keep(at, [record_of(one) for one in batch])
                advance(sum(writer.documents for writer in self._writers.values()), None)

    def close(self) -> dict[str, File]:
        """The files, whole."""
        return {file_of(*at): writer.close() for at, writer in self._writers.items()}

    @property
    def said(self) -> list[Partition]:
        """What the manifest says of its partitions. Where nothing was left out, the log ends as it did."""
        ends = {at: self._left_out_first(at) for at in self.partitions}
        return [
            Partition(start=self._after.starts[at], before=self._before.ends.get(at, 0), end=ends[at]) for at in self.partitions
        ]

    def _left_out_first(self, at: TopicPartition) -> int:
        first = self._left_out.get(at)
        return self._after.ends[at] if first is None else max(first, self._end[at])

    async def _keep(self, at: TopicPartition, records: Sequence[ConsumerRecord]) -> None:
        here = [record for record in records if record.offset < self._after.ends[at] and record.fault != DELETED]
        new = [record for record in here if record.offset >= self._before.ends.get(at, 0)]
        later = await self._barrier.told_later(new)
        for record in here:
            if record.fault:
                self.unreadable.append(record.coordinates)
            elif record.offset in later:
                self._left_out.setdefault(at, record.offset)
            else:
                self._writers[at].add(_row(record))
                self._end[at] = record.offset + 1
                self._left_out.pop(at, None)


class Barrier:
    """What the documents had told by an instant: an event past its document's counter was told later."""

    def __init__(self, instant: Instant, collections: Collections) -> None:
        self._instant = instant
        self._collections = collections

    async def told_later(self, records: Sequence[ConsumerRecord]) -> set[int]:
        """The offsets of those that no document had told by then. What no document of ours tells, nobody here dates."""
        asked: dict[tuple[str, str], dict[str, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
        for record in records:
            if told := teller_of(record.headers):
                service, name, id, sequence = told
                if name in self._collections.get(service, {}):
                    asked[service, name][id].append((sequence, record.offset))
        later = set()
        for (service, name), of in asked.items():
            known = await self._counters(service, name, list(of))
            later |= {offset for id, told in of.items() for sequence, offset in told if sequence > known.get(id, 0)}
        return later

    async def _counters(self, service: str, name: str, ids: Sequence[str]) -> dict[str, int]:
        where = {"_id": {"$in": ids}}
        rows = await self._instant.rows(database_of(service), name, where, projection={"sequence": 1})
        return {row["_id"]: row.get("sequence", 0) for row in rows}


def teller_of(headers: Sequence[tuple[str, bytes | None]]) -> tuple[str, str, str, int] | None:
    """Service, collection, document and its counter, of an event that a document told; None for any other record."""
    given = dict(headers)
    source, sequence = SOURCE.fullmatch(given.get("ce_source") or b""), given.get("ce_sequence") or b""
    if source is None or not sequence.isdigit():
        return None
    service, name, id = (part.decode(errors="replace") for part in source.groups())
    return service, name, id, int(sequence)


def _row(record: ConsumerRecord) -> dict[str, Any]:
    headers = [{"n": name, "v": value} for name, value in record.headers]
    return {"o": record.offset, "t": record.timestamp, "k": record.key, "v": record.value, "h": headers}


def records(folder: Path, topic: str, partition: int) -> Iterator[ConsumerRecord]:
    """The records of a partition, as they were read."""
    with opened(folder, file_of(topic, partition)) as bson:
        for row in documents(bson):
            headers = tuple((header["n"], header["v"]) for header in row["h"])
            yield ConsumerRecord(topic, partition, row["o"], row["k"], row["v"], headers, timestamp=row["t"])
