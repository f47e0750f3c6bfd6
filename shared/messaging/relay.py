"""Outbox to Kafka: in order per document, killed at any instant it may tell twice, never not at all."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import structlog
from aiokafka import AIOKafkaProducer
from prometheus_client import Counter, Gauge

from shared.events.message import Message
from shared.messaging.kafka import TRANSIENT as KAFKA_TRANSIENT
from shared.messaging.kafka import producer as new_producer
from shared.persistence.failures import is_transient
from shared.persistence.lease import Lease
from shared.persistence.mongo import Collection
from shared.persistence.transaction import Persistence
from shared.persistence.writes import Replace, Update

log = structlog.get_logger()
PAGE = 500
PUBLISHED = Counter("etabli_relay_published", "Events acknowledged by Kafka.")
PENDING = Gauge("etabli_relay_pending", "Repository whose outbox is not empty, counted up to the limit.")
FIELDS = ("id", "source", "type", "subject", "sequence", "time", "key", "data", "trace")


class Relay:
    """Publishes the outboxes of a service's documents. One is active per service, by a lease; others wait."""

    def __init__(self, persistence: Persistence, bootstrap: str, *, holder: str, max_backoff: float) -> None:
        self._persistence = persistence
        self._bootstrap = bootstrap
        self._history: Collection = persistence.database["history"]
        self._lease = Lease(persistence.database, "relay", holder)
        self._max_backoff = max_backoff
        self.kafka_is_away = False

    async def run(self) -> None:
        """Relay until cancelled. Whatever fails is tried again, from the oldest."""
        wait = 0.1
        while True:
            try:
                async with _started(new_producer(self._bootstrap)) as producer:
                    self.kafka_is_away = False
                    while True:
                        self._persistence.outbox_changed.clear()
                        busy = await self._lease.hold() and await self._pass(producer)
                        wait = 0.1
                        if not busy:
                            with contextlib.suppress(TimeoutError):
                                await asyncio.wait_for(self._persistence.outbox_changed.wait(), 0.5)
            except KAFKA_TRANSIENT as error:
                self.kafka_is_away = True
                log.warning("relay.kafka_is_away", error=type(error).__name__)
            except Exception as error:
                if not is_transient(error):
                    log.error("relay.failed", error=type(error).__name__, exc_info=True)
            await asyncio.sleep(wait)
            wait = min(wait * 2, self._max_backoff)

    async def pending(self, limit: int) -> int:
        """How many documents have something to tell, counted up to `limit` + 1."""
        counts = [await c.count(_pending(), limit=limit + 1) for c in self._persistence.outboxes.values()]
        PENDING.set(sum(counts))
        return sum(counts)

    async def _pass(self, producer: AIOKafkaProducer) -> bool:
        """Tell one page of each collection. True when there was something."""
        busy = False
        for collection in self._persistence.outboxes.values():
            found = await collection.majority().find(_pending(), fields={"outbox": 1}, sort=["outbox.at"], limit=PAGE)
            outboxes = {document["_id"]: document["outbox"] for document in found}
            if outboxes:
                busy = True
                await self._tell(producer, collection, outboxes)
        return busy

    async def _tell(self, producer: AIOKafkaProducer, collection: Collection, outboxes: dict[str, list[dict[str, Any]]]) -> None:
        """Send the documents' first entries, then their second, and so on: none before its predecessor is acknowledged."""
        told: dict[str, list[str]] = {}
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
                    told.setdefault(id, []).append(entries[rank]["id"])
        await self._forget(collection, outboxes, told)
        if failed is not None:
            raise failed

    async def _forget(
        self, collection: Collection, outboxes: dict[str, list[dict[str, Any]]], told: dict[str, list[str]]
    ) -> None:
        """Keep what was told in the history, with who made it happen, then take it out of the outboxes."""
        if not told:
            return
        kept = [
            Replace({"_id": entry["id"]}, {"_id": entry["id"], **entry, "document": id}, upsert=True)
            for id, ids in told.items()
            for entry in outboxes[id][: len(ids)]
        ]
        await self._history.bulk(kept)
        pulls = [Update({"_id": id}, {"$pull": {"outbox": {"id": {"$in": ids}}}}) for id, ids in told.items()]
        await collection.bulk(pulls)
        PUBLISHED.inc(len(kept))


def _pending() -> dict[str, Any]:
    return {"outbox.at": {"$gt": datetime(1970, 1, 1, tzinfo=UTC)}}


async def _send(producer: AIOKafkaProducer, entry: dict[str, Any]) -> None:
    """Send one entry, and return once all in-sync replicas have it."""
    message = Message(**{field: entry[field] for field in FIELDS})
    acknowledged = await producer.send(entry["topic"], message.data, key=message.key.encode(), headers=message.headers())
    await acknowledged


@contextlib.asynccontextmanager
async def _started(producer: AIOKafkaProducer) -> AsyncIterator[AIOKafkaProducer]:
    try:
        await producer.start()
        yield producer
    finally:
        with contextlib.suppress(*KAFKA_TRANSIENT):
            await asyncio.wait_for(producer.stop(), 5)
