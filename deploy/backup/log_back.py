"""The log, put back into an empty Kafka: every record at its own offset, at its own time, so that what names one still does.

Offsets that nobody reads (what was aborted, marks of transactions, what was told after the barrier) are passed over by
transactions too: an aborted one takes its records and a mark, a committed one a mark after its record.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiokafka import TopicPartition
from aiokafka.admin import NewTopic, RecordsToDelete
from aiokafka.errors import TopicAlreadyExistsError, for_code

from deploy.backup.log import administering, file_of, records, topics
from deploy.backup.manifest import Manifest, Topic
from deploy.local.errors import CannotRun
from deploy.local.progress import Advance
from shared.events.message import ConsumerRecord
from shared.messaging.kafka import Brokers, producer
from shared.messaging.producer import PromptProducer

AT_ONCE = 1_000
"""Records of a partition that are under way together."""
AT_MOST = 5_000
"""Offsets passed over by one transaction."""
TOGETHER = 8
"""Partitions."""
GONE_WITHIN = 30.0


@dataclass(frozen=True)
class Gap:
    """So many offsets that nobody reads."""

    offsets: int


@dataclass(frozen=True)
class Marked:
    """A record after which one offset is passed over: it is committed in a transaction, whose mark stands there."""

    record: ConsumerRecord


Step = Sequence[ConsumerRecord] | Gap | Marked


def steps(found: Iterator[ConsumerRecord], end: int) -> Iterator[Step]:
    """How a partition is written, from offset 0 up to `end`."""
    run: list[ConsumerRecord] = []
    place = 0
    for record in found:
        if record.offset > place:
            yield from _ended(run, record.offset - place)
            run = []
        elif len(run) > AT_ONCE:
            yield run[:-1]
            run = run[-1:]
        run.append(record)
        place = record.offset + 1
    yield from _ended(run, end - place)


def _ended(run: Sequence[ConsumerRecord], gap: int) -> Iterator[Step]:
    """A run of records, and the gap that follows."""
    marked = gap == 1 and bool(run)
    if plain := run[:-1] if marked else run:
        yield plain
    if marked:
        yield Marked(run[-1])
    elif gap:
        yield Gap(gap)


async def make_topics(brokers: Brokers, wanted: Mapping[str, Topic]) -> None:
    """Make those that are missing, as they were. CannotRun where one that is there has other partitions."""
    there = await topics(brokers)
    for name, topic in wanted.items():
        if name in there and there[name][0] != len(topic.partitions):
            raise CannotRun(
                f"Le topic {name} a {there[name][0]} partitions ici et {len(topic.partitions)} dans la sauvegarde : supprimez-le."
            )
    missing = {name: topic for name, topic in wanted.items() if name not in there}
    async with administering(brokers) as admin:
        replicas = min(3, len((await admin.describe_cluster())["brokers"]))
        new = [NewTopic(name, len(one.partitions), replicas, topic_configs=dict(one.settings)) for name, one in missing.items()]
        answer = await admin.create_topics(new) if new else None
    for name, code, *_rest in answer.topic_errors if answer else ():
        if code not in (0, TopicAlreadyExistsError.errno):
            raise for_code(code)(name)


async def unmake_topics(brokers: Brokers) -> None:
    """Delete our topics, which a restore that was cut short had begun to fill."""
    async with administering(brokers) as admin:
        if names := list(await topics(brokers)):
            await admin.delete_topics(names)
    async with asyncio.timeout(GONE_WITHIN):
        while await topics(brokers):
            await asyncio.sleep(0.2)


async def put_back(brokers: Brokers, folder: Path, manifest: Manifest, advance: Advance) -> None:
    """Write every partition, several at a time. CannotRun where one takes another offset than it had: somebody writes there."""
    every = [(name, number) for name, topic in manifest.topics.items() for number in range(len(topic.partitions))]
    done, total = 0, sum(manifest.files[file_of(*one)].documents for one in every)
    turns = asyncio.Semaphore(TOGETHER)

    def more(records: int) -> None:
        nonlocal done
        done += records
        advance(done, total)

    async with AsyncExitStack() as ending:
        plain = await ending.enter_async_context(producer(brokers))
        marking = PromptProducer(**brokers.options(), transactional_id="etabli-restore", transaction_timeout_ms=60_000)
        pen = _Pen(plain, await ending.enter_async_context(marking), brokers)

        async def write(name: str, number: int) -> None:
            async with turns:
                end = manifest.topics[name].partitions[number].end
                for step in steps(records(folder, name, number), end):
                    more(await pen.write(TopicPartition(name, number), step))

        try:
            async with asyncio.TaskGroup() as writing:
                for one in every:
                    writing.create_task(write(*one))
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None
    await _begin(brokers, manifest)


async def _begin(brokers: Brokers, manifest: Manifest) -> None:
    """Have each partition begin where it did."""
    starts = {
        TopicPartition(name, number): RecordsToDelete(before_offset=partition.start)
        for name, topic in manifest.topics.items()
        for number, partition in enumerate(topic.partitions)
        if partition.start
    }
    if starts:
        async with administering(brokers) as admin:
            await admin.delete_records(starts)


class _Pen:
    """Two producers: one for what is read, one whose transactions pass offsets over, one at a time."""

    def __init__(self, plain: Any, marking: Any, brokers: Brokers) -> None:
        self._plain = plain
        self._marking = marking
        self._brokers = brokers
        self._turn = asyncio.Lock()
        self._at: dict[TopicPartition, int] = {}

    async def write(self, at: TopicPartition, step: Step) -> int:
        """Write the next of a partition: how many records those were."""
        match step:
            case Gap(offsets):
                await self._pass_over(at, offsets)
                return 0
            case Marked(record):
                async with self._turn, self._marking.transaction():
                    await self._acknowledged(at, record.offset, await _send(self._marking, record))
                return 1
            case _:
                sent = [(record.offset, await _send(self._plain, record)) for record in step]
                for offset, acknowledgement in sent:
                    await self._acknowledged(at, offset, acknowledgement)
                return len(sent)

    async def _acknowledged(self, at: TopicPartition, offset: int, acknowledgement: Any) -> None:
        found = (await acknowledgement).offset
        if found != offset:
            raise CannotRun(f"{at.topic}/{at.partition} a pris l’offset {found} au lieu de {offset} : quelqu’un d’autre y écrit.")

    async def _pass_over(self, at: TopicPartition, offsets: int) -> None:
        """A gap of one is at the beginning alone: a record is written there, and deleted."""
        if offsets == 1:
            await (await self._plain.send(at.topic, b"", key=b"", partition=at.partition))
            async with administering(self._brokers) as admin:
                await admin.delete_records({at: RecordsToDelete(before_offset=1)})
        while offsets > 1:
            now = offsets if offsets <= AT_MOST else min(AT_MOST, offsets - 2)
            async with self._turn:
                await self._marking.begin_transaction()
                nothing = [await self._marking.send(at.topic, b"", key=b"", partition=at.partition) for _ in range(now - 1)]
                await asyncio.gather(*nothing)
                await self._marking.abort_transaction()
            offsets -= now


async def _send(sender: Any, record: ConsumerRecord) -> Any:
    key = b"" if record.key is None and record.value is None else record.key  # aiokafka sends no record without both
    given: dict[str, Any] = {"key": key, "partition": record.partition, "headers": [*record.headers]}
    if record.timestamp >= 0:
        given["timestamp_ms"] = record.timestamp
    return await sender.send(record.topic, record.value, **given)
