"""Dead letters that keep their order: parked with their reason, those of their key behind them, replayed in order."""

import re
from collections.abc import Mapping
from typing import Any

import orjson
import structlog
from prometheus_client import Counter

from shared.events.message import ConsumerRecord, event_id
from shared.kernel.clock import real_now
from shared.kernel.tracing import traceparent
from shared.messaging.kafka import dead_letters
from shared.persistence.mongo import Collection
from shared.persistence.transaction import Persistence

log = structlog.get_logger()
PARKED = Counter("etabli_parked", "Messages parked, by reason.", ["code"])
BEHIND = "behind_a_parked_message"
TYPE = re.compile(r"fr\.etabli\.[a-z_.]{1,80}\.v[0-9]{1,3}")


class Parking:
    """A service's parked messages. Their coordinates and codes, never their values, are published on `dlq.<topic>`."""

    def __init__(self, persistence: Persistence, *, generation: int | None = None) -> None:
        """`generation`: of rows, where each has its own, for what one cannot take another may."""
        self._persistence = persistence
        self._own = {"generation": generation}
        self._parked: Collection = persistence.database["parked"]
        persistence.outboxes["parked"] = self._parked

    async def prepare(self) -> None:
        """Index the messages by what replays read, oldest first."""
        await self._parked.index("topic", "key", "partition", "offset")

    async def park_if_blocked(self, record: ConsumerRecord) -> bool:
        """Park a message if an earlier one of its (topic, key) is parked, and still is once this one is there too.

        So whoever lets the earlier one go then either finds this one, or has let it go before we looked again.
        """
        if not await self._holds_another(record):
            return False
        await self.park(record, BEHIND)
        if await self._holds_another(record):
            return True
        await self.release(record)
        return False

    async def park(self, record: ConsumerRecord, code: str) -> None:
        """Keep a message aside. Parking the same one twice keeps one."""
        event_type = (dict(record.headers).get("ce_type") or b"").decode(errors="replace")
        event_type = event_type if TYPE.fullmatch(event_type) else ""  # it could say anything, and is repeated in logs
        row = {"topic": record.topic, "partition": record.partition, "offset": record.offset, "key": record.key, **self._own}
        headers = [[name, value] for name, value in record.headers]  # pairs: a name may hold what a field may not
        letter = self._letter(record, event_type, code)
        document = {**row, "value": record.value, "headers": headers, "code": code, "type": event_type, "outbox": [letter]}
        await self._parked.update({"_id": self._id(record)}, {"$setOnInsert": document}, upsert=True)
        self._persistence.outbox_changed.set()
        PARKED.labels(code).inc()
        log.warning("consumer.parked", coordinates=record.coordinates, type=event_type, code=code)

    async def first_of_each_key(self) -> list[tuple[str, bytes | None]]:
        """The (topic, key) that have parked messages."""
        groups = await self._parked.aggregate([{"$match": self._own}, {"$group": {"_id": {"topic": "$topic", "key": "$key"}}}])
        return [(group["_id"]["topic"], group["_id"]["key"]) for group in groups]

    async def oldest(self, topic: str, key: bytes | None) -> ConsumerRecord | None:
        """The next message to replay of one (topic, key)."""
        found = await self._parked.find_one({"topic": topic, "key": key, **self._own}, sort=["partition", "offset"])
        return _record(found) if found else None

    async def all(self) -> list[dict[str, Any]]:
        """What is parked, without values: coordinates, type and code."""
        rows = await self._parked.find(self._own, fields={"value": 0, "headers": 0, "outbox": 0}, sort=["_id"])
        return [{"_id": _coordinates(row), "type": row["type"], "code": row["code"]} for row in rows]

    async def release(self, record: ConsumerRecord) -> None:
        """Forget a message that was handled at last."""
        await self._parked.delete({"_id": self._id(record)})

    async def forget(self, *, before: int, but: int) -> None:
        """Forget what older generations could not take, but one's."""
        await self._parked.delete({"generation": {"$lt": before, "$ne": but}})

    async def left(self) -> int:
        """How many messages are parked."""
        return await self._parked.count(self._own)

    async def _holds_another(self, record: ConsumerRecord) -> bool:
        another = {"topic": record.topic, "key": record.key, "_id": {"$ne": self._id(record)}, **self._own}
        return await self._parked.find_one(another, fields={"_id": 1}) is not None

    def _id(self, record: ConsumerRecord) -> str:
        generation = self._own["generation"]
        return record.coordinates if generation is None else f"{record.coordinates}@{generation}"

    def _letter(self, record: ConsumerRecord, event_type: str, code: str) -> dict[str, Any]:
        source = f"/{self._persistence.producer}/parked"
        place = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
        return {
            "id": event_id(f"{source}/{record.coordinates}", 0), "source": source, "type": "fr.etabli.message.parked.v1",
            "sequence": record.offset, "time": self._persistence.clock.now(),
            "key": record.coordinates, "data": orjson.dumps({**place, "type": event_type, "code": code}),
            "trace": traceparent.get(), "topic": dead_letters(record.topic), "at": real_now(), "by": "service",
        }  # fmt: skip


def _coordinates(row: Mapping[str, Any]) -> str:
    return f"{row['topic']}/{row['partition']}/{row['offset']}"


def _record(row: Mapping[str, Any]) -> ConsumerRecord:
    headers = [(name, value) for name, value in row["headers"]]
    return ConsumerRecord(row["topic"], row["partition"], row["offset"], row["key"], row["value"], headers)
