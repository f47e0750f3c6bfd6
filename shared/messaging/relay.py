"""The relay of the transactional outbox: at least once, in order per document, removed only when the broker has acknowledged."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Protocol

import structlog
from prometheus_client import Counter, Gauge

from shared.events.message import Message
from shared.kernel.retry import Outage, anything, until_answered
from shared.messaging.kafka import TRANSIENT as KAFKA_TRANSIENT
from shared.persistence.failures import is_transient
from shared.persistence.lease import Lease
from shared.persistence.mongo import Collection
from shared.persistence.transaction import Persistence
from shared.persistence.writes import Replace, Update

log = structlog.get_logger()
PAGE = 500
POLL_SECONDS = 0.5
STOP_SECONDS = 5.0
PUBLISHED = Counter("etabli_relay_published", "Events acknowledged by Kafka.")
PENDING = Gauge("etabli_relay_pending", "Documents whose outbox is not empty, counted up to the limit.")
FIELDS = ("id", "source", "type", "sequence", "time", "key", "data", "trace")


class Producer(Protocol):
    """What the relay needs of aiokafka's producer. `send` gives a future of the broker's acknowledgement."""

    async def start(self) -> None: ...
    async def stop(self) -> None: ...
    async def send(self, topic: str, value: bytes, *, key: bytes, headers: list[tuple[str, bytes]]) -> Awaitable[object]: ...


class Relay:
    """Publishes the outboxes of a service's documents. One is active per service, by a lease; others wait."""

    def __init__(self, persistence: Persistence, *, producer: Callable[[], Producer], holder: str, max_backoff: float) -> None:
        self._persistence = persistence
        self._producer = producer
        self._history: Collection = persistence.database["history"]
        self._lease = Lease(persistence.database, "relay", holder)
        self._max_backoff = max_backoff
        self._kafka = Outage(log, "relay.kafka")
        self._database = Outage(log, "relay.database")

    @property
    def kafka_is_away(self) -> bool:
        """Whether the latest try to publish failed for want of Kafka."""
        return self._kafka.away

    async def prepare(self) -> None:
        """Index what is pending: documents with an empty outbox are not in it."""
        for collection in self._persistence.outboxes.values():
            await collection.index("outbox.at", sparse=True)

    async def run(self) -> None:
        """Relay until cancelled. Whatever fails is tried again, from the oldest, with a new producer."""
        await until_answered(self._publish, on=anything, limit=self._max_backoff)

    async def _publish(self) -> None:
        """Publish until something fails, which is raised."""
        try:
            async with _started(self._producer()) as producer:
                while True:
                    self._persistence.outbox_changed.clear()
                    busy = await self._lease.hold() and await self._pass(producer)
                    self._kafka.answered()
                    self._database.answered()
                    if not busy:
                        await self._changed()
        except KAFKA_TRANSIENT as error:
            self._kafka.failed(error)
            raise
        except Exception as error:
            if is_transient(error):
                self._database.failed(error)
            else:
                log.error("relay.failed", error=type(error).__name__, exc_info=True)
            raise

    async def _changed(self) -> None:
        """Return once an outbox may have changed: at the next save here, or the next look for those of other processes."""
        with contextlib.suppress(TimeoutError):  # wait_for would swallow a stop that comes right after a save
            async with asyncio.timeout(POLL_SECONDS):
                await self._persistence.outbox_changed.wait()

    async def pending(self, limit: int) -> int:
        """How many documents have something to publish, counted up to `limit` + 1."""
        counts = [await c.count(_pending(), limit=limit + 1) for c in self._persistence.outboxes.values()]
        PENDING.set(sum(counts))
        return sum(counts)

    async def _pass(self, producer: Producer) -> bool:
        """Publish one page of each collection. True when there was something."""
        busy = False
        for collection in self._persistence.outboxes.values():
            found = await collection.majority().find(_pending(), fields={"outbox": 1}, sort=["outbox.at"], limit=PAGE)
            outboxes = {document["_id"]: document["outbox"] for document in found}
            if outboxes:
                busy = True
                await self._send_all(producer, collection, outboxes)
        return busy

    async def _send_all(self, producer: Producer, collection: Collection, outboxes: dict[str, list[dict[str, Any]]]) -> None:
        """Send the documents' first entries, then their second, and so on: none before its predecessor is acknowledged."""
        sent: dict[str, list[str]] = {}
        failed: BaseException | None = None
        waiting = dict(outboxes)
        for rank in range(max(map(len, outboxes.values()))):
            waiting = {id: entries for id, entries in waiting.items() if len(entries) > rank}
            sends = (_send(producer, entries[rank]) for entries in waiting.values())
            answers = await asyncio.gather(*sends, return_exceptions=True)
            for (id, entries), answer in zip(list(waiting.items()), answers, strict=True):
                if isinstance(answer, BaseException):
                    failed = answer
                    del waiting[id]
                else:
                    sent.setdefault(id, []).append(entries[rank]["id"])
        await self._forget(collection, outboxes, sent)
        if failed is not None:
            raise failed

    async def _forget(
        self, collection: Collection, outboxes: dict[str, list[dict[str, Any]]], sent: dict[str, list[str]]
    ) -> None:
        """Keep what was published in the history, with who made it happen, then take it out of the outboxes."""
        if not sent:
            return
        records = [
            Replace({"_id": entry["id"]}, {"_id": entry["id"], **entry, "document": id}, upsert=True)
            for id, ids in sent.items()
            for entry in outboxes[id][: len(ids)]
        ]
        await self._history.patient().bulk(records)
        pulls = [Update({"_id": id}, {"$pull": {"outbox": {"id": {"$in": ids}}}}) for id, ids in sent.items()]
        await collection.patient().bulk(pulls)
        PUBLISHED.inc(len(records))


def _pending() -> dict[str, Any]:
    return {"outbox.at": {"$gt": datetime(1970, 1, 1, tzinfo=UTC)}}


async def _send(producer: Producer, entry: dict[str, Any]) -> None:
    """Send one entry, and return once all in-sync replicas have it."""
    message = Message(**{field: entry[field] for field in FIELDS})
    acknowledged = await producer.send(entry["topic"], message.data, key=message.key.encode(), headers=message.headers())
    await acknowledged


@contextlib.asynccontextmanager
async def _started(producer: Producer) -> AsyncIterator[Producer]:
    try:
        await producer.start()
        yield producer
    finally:
        with contextlib.suppress(*KAFKA_TRANSIENT):
            async with asyncio.timeout(STOP_SECONDS):
                await producer.stop()
