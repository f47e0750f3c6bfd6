"""Topics to rows: read in large batches, folded per row in memory, one bulk per batch, offsets after the rows."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from fastapi import FastAPI
from prometheus_client import Counter

from shared.events import Event
from shared.events.message import ConsumerRecord, Message, read
from shared.kernel.errors import Unavailable
from shared.messaging.dispatcher import code_of
from shared.messaging.kafka import PARTITIONS, consumer
from shared.messaging.kafka import TRANSIENT as KAFKA_TRANSIENT
from shared.messaging.parking import Parking
from shared.persistence.failures import is_transient
from shared.persistence.lease import Lease
from shared.persistence.mongo import Collection
from shared.persistence.transaction import Persistence
from shared.persistence.writes import Replace
from shared.projections.notifier import Changes, Progress
from shared.projections.projection import Projection
from shared.projections.read_model import Change
from shared.projections.rows import fold_into

log = structlog.get_logger()
PROJECTED = Counter("etabli_projected", "Messages folded into rows.")
BATCH = 20_000


class Projector:
    """Keeps a service's rows. One is active, by a lease; the others serve reads."""

    def __init__(
        self,
        persistence: Persistence,
        parking: Parking,
        projections: Sequence[Projection],
        *,
        bootstrap: str,
        group: str,
        holder: str,
    ) -> None:
        self._projections = projections
        self._rows: dict[str, Collection] = {p.name: persistence.database[p.name] for p in projections}
        self._offsets: Collection = persistence.database["offsets"]
        self._parking = parking
        self._parked: Collection = persistence.database["parked"]
        self._bootstrap = bootstrap
        self._group = group
        self._lease = Lease(persistence.database, "projector", holder)
        self._rebuild_asked = False
        self._active = False
        self._writing = asyncio.Lock()
        self.topics = sorted({event.topic for projection in projections for event in projection.events})
        self.changes = Changes()
        self.progress = Progress()

    async def run(self, _app: FastAPI | None = None) -> None:
        """Project until cancelled; whatever server goes away is waited for."""
        wait = 0.1
        while True:
            try:
                if await self._lease.hold():
                    reader = consumer(self._bootstrap, group_id=self._group, max_poll_records=BATCH, fetch_max_wait_ms=100)
                    try:
                        await reader.start()
                        wait = 0.1
                        self._active = True
                        await self._read(reader)
                        self._rebuild_asked, self.progress = False, Progress()  # whoever has the lease now goes on with it
                    finally:
                        self._active = False
                        with contextlib.suppress(*KAFKA_TRANSIENT):
                            await reader.stop()
            except KAFKA_TRANSIENT as error:
                log.warning("projector.kafka_away", error=type(error).__name__)
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("projector.database_away", error=type(error).__name__)
            await asyncio.sleep(wait)
            wait = min(wait * 2, 5.0)

    def ask_rebuild(self) -> None:
        """Forget every row and read everything again, from the first message. Unavailable where another replica projects."""
        if not self._active:
            raise Unavailable("not_projecting", "Cet exemplaire ne tient pas les lignes en ce moment : demandez à un autre.")
        self._rebuild_asked = True
        self.progress = Progress(running=True)

    async def hear(self, event: Event, message: Message) -> None:
        """Fold one message that was parked. Not during a rebuild, which hears it in its order."""
        async with self._writing:
            if self.progress.running:
                raise Unavailable("rebuilding", "Une reconstruction est en cours : recommencez quand elle sera finie.")
            await self.apply([(event, message)])
        await self.changes.mark()

    async def apply(self, messages: Sequence[tuple[Event, Message]]) -> None:
        """Fold messages into their rows and write each row once. Messages already heard change nothing."""
        told: dict[str, dict[str, list[Change]]] = defaultdict(lambda: defaultdict(list))
        for event, message in messages:
            for projection in self._projections:
                for change in projection.changes(event, message):
                    told[projection.name][change.id].append(change)
        for name, changes in told.items():
            await fold_into(self._rows[name].patient(), changes)

    async def _read(self, reader: AIOKafkaConsumer) -> None:
        partitions = [TopicPartition(topic, number) for topic in self.topics for number in range(PARTITIONS)]
        reader.assign(partitions)
        await self._seek(reader, partitions)
        while await self._lease.hold():
            if self._rebuild_asked:
                await self._start_over(reader, partitions)
            batches: Mapping[TopicPartition, Sequence[Any]] = await reader.getmany(timeout_ms=250, max_records=BATCH)
            if batches:
                await self._take_in([record for batch in batches.values() for record in batch])
                following = {tp: batch[-1].offset + 1 for tp, batch in batches.items()}
                await self._keep_offsets(following)
                await self.changes.mark()
                await show_lag(reader, following)
            if self.progress.running and not self._rebuild_asked:
                self._count(sum(map(len, batches.values())))

    async def _take_in(self, records: Sequence[Any]) -> None:
        behind = set(await self._parking.first_of_each_key())
        taken: list[tuple[Any, Event, Message]] = []
        for record in records:
            if (record.topic, record.key) in behind and await self._parking.park_if_blocked(_record(record)):
                continue
            try:
                message = read(record.headers, record.key, record.value)
                event = message.event()
                for projection in self._projections:
                    projection.rows(event)  # a bug on this event parks it, not its batch
                taken.append((record, event, message))
            except Exception as error:
                await self._parking.park(_record(record), code_of(error))
                behind.add((record.topic, record.key))
        try:
            await self.apply([(event, message) for _, event, message in taken])
        except Exception as error:
            if is_transient(error):
                raise
            await self._one_by_one(taken)
        PROJECTED.inc(len(taken))

    async def _one_by_one(self, taken: Sequence[tuple[Any, Event, Message]]) -> None:
        """A batch that cannot be written: each message by itself, so that only what is at fault is parked."""
        behind: set[tuple[str, bytes]] = set()
        for record, event, message in taken:
            if (record.topic, record.key) in behind and await self._parking.park_if_blocked(_record(record)):
                continue
            try:
                await self.apply([(event, message)])
            except Exception as error:
                if is_transient(error):
                    raise
                await self._parking.park(_record(record), code_of(error))
                behind.add((record.topic, record.key))

    async def _seek(self, reader: AIOKafkaConsumer, partitions: Sequence[TopicPartition]) -> None:
        kept = {row["_id"]: row["next"] for row in await self._offsets.find()}
        for tp in partitions:
            reader.seek(tp, kept.get(f"{tp.topic}/{tp.partition}", 0))

    async def _keep_offsets(self, following: Mapping[TopicPartition, int]) -> None:
        rows = [Replace({"_id": f"{tp.topic}/{tp.partition}"}, {"next": next}, upsert=True) for tp, next in following.items()]
        await self._offsets.bulk(rows)

    async def _start_over(self, reader: AIOKafkaConsumer, partitions: Sequence[TopicPartition]) -> None:
        ends = await reader.end_offsets(list(partitions))
        async with self._writing:
            for collection in (self._offsets, self._parked, *self._rows.values()):  # offsets first: killed here, nothing is lost
                await collection.patient().delete({})
            for tp in partitions:
                reader.seek(tp, 0)
            self._rebuild_asked = False
            self.progress = Progress(total=sum(ends.values()), running=True)

    def _count(self, messages: int) -> None:
        done = self.progress.done + messages
        self.progress = Progress(done, max(self.progress.total, done), running=done < self.progress.total)


async def show_lag(reader: AIOKafkaConsumer, following: Mapping[TopicPartition, int], *, within: float = 5.0) -> None:
    """Commit to the group what is kept beside the rows: for lag alone, so a coordinator that is away holds nothing up.

    aiokafka would ask it for ever: `within` is in seconds.
    """
    try:
        async with asyncio.timeout(within):
            await reader.commit(dict(following))
    except KAFKA_TRANSIENT as error:
        log.warning("projector.commit_failed", error=type(error).__name__)


def _record(record: Any) -> ConsumerRecord:
    return ConsumerRecord(record.topic, record.partition, record.offset, record.key, record.value, dict(record.headers))
