"""Dead letters that keep their order: parked with their reason, those of their key behind them, let go one by one."""

from collections import Counter as Tally
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson
import structlog

from shared.events.message import DELETED, ConsumerRecord, event_id
from shared.kernel.clock import real_now
from shared.kernel.tracing import traceparent
from shared.messaging.discards import Discards, unclaimed
from shared.messaging.place import Place, known_key, known_type
from shared.messaging.said import GONE, Said
from shared.messaging.topics import dead_letters
from shared.metrics import LOST, PARKED
from shared.persistence.mongo import Collection
from shared.persistence.transaction import Persistence

log = structlog.get_logger()
BEHIND = "behind_a_parked_message"
CLAIM = timedelta(minutes=2)
"""How long whoever replays a message has it alone, unless it ends before: longer than any handler runs."""
READINGS_KEPT = timedelta(days=3 * 365)
"""How long it is kept who was shown a parked value."""
KEPT = timedelta(days=30)
"""How long a parked value is kept: it may be about a person."""
SHOWN = ("topic", "partition", "offset", "key", "code", "type", "at", "expired", "fault", "count", "timestamp")
Key = tuple[str, bytes | None]
"""A topic, and whose story there."""


@dataclass(frozen=True)
class ParkedMessage:
    """What is parked, and why. `expired`: its value was kept for thirty days and is gone, or no key of ours opens it."""

    record: ConsumerRecord
    type: str
    code: str
    at: datetime
    expired: bool

    @property
    def place(self) -> Place:
        return Place.of(self.record)

    @property
    def key(self) -> Key:
        """Whose story it holds back."""
        return self.record.topic, self.record.key

    @property
    def own_key(self) -> str:
        """Its key as text, where it is one of ours on that topic: any other may say anything."""
        return known_key(self.record)

    @property
    def is_next(self) -> bool:
        """Whether what it waited behind is gone: nobody has tried it by itself yet."""
        return self.code == BEHIND and not self.expired


class Parking:
    """A service's parked messages. Their coordinates and codes, never their values, are published on `dlq.<topic>`."""

    def __init__(self, persistence: Persistence, *, generation: int | None = None) -> None:
        """`generation`: of rows, where each has its own, for what one cannot take another may."""
        self.discards = Discards(persistence)
        self.clock = persistence.clock
        self._persistence = persistence
        self._own = {"generation": generation}
        self._said = Said(persistence.sealing_keys("parked messages"))
        self._parked: Collection = persistence.database["parked"]
        self._reads: Collection = persistence.database["parked_reads"]
        persistence.outboxes["parked"] = self._parked

    async def prepare(self) -> None:
        """Index the messages by what replays read, oldest first."""
        await self._parked.index("topic", "key", "partition", "offset")

    async def park_if_blocked(self, record: ConsumerRecord) -> bool:
        """Park a message if an earlier one of its (topic, key) is parked, and still is once this one is there too.

        So whoever lets the earlier one go then either finds this one, or has let it go before we looked again. One that is
        parked already, and comes again, stays where it is: it is replayed or discarded there, and nowhere else. What has no key
        is nobody's, and waits for nothing.
        """
        of_key = {"topic": record.topic, "key": record.key, **self._own}
        if record.key is None or not await self._parked.find_one(of_key, fields={"_id": 1}):
            return False
        if await self._parked.find_one({"_id": self._id(record)}, fields={"_id": 1}):
            return True
        await self.park(record, BEHIND)
        if await self._holds_another(record):
            return True
        await self.release(record)
        return False

    async def park(self, record: ConsumerRecord, code: str) -> None:
        """Keep a message aside. Parking the same one twice keeps one."""
        event_type = known_type(record)
        row = {**Place.of(record).fields, "key": record.key, "generation": self._generation(record)}
        letter = self._letter(record, event_type, code)
        row |= {"fault": record.fault, "count": record.count, "timestamp": record.timestamp, "identity": record.identity}
        kept = {"said": self._said.closed(self._id(record), record), "at": real_now(), "expired": False}
        document = {**row, **kept, "code": code, "type": event_type, "outbox": [letter]}
        await self._parked.update({"_id": self._id(record)}, {"$setOnInsert": document}, upsert=True)
        self._persistence.outbox_changed.set()
        PARKED.labels(code).inc()
        if record.fault == DELETED:
            _tell_lost(record)
        log.warning("consumer.parked", coordinates=record.coordinates, type=event_type, code=code)

    async def heads(self) -> list[ParkedMessage]:
        """The oldest parked message of each (topic, key), without its value."""
        of_key = {"_id": {"topic": "$topic", "key": "$key"}, **{field: {"$first": f"${field}"} for field in SHOWN}}
        groups = await self._parked.aggregate(
            [{"$match": self._replayable}, {"$sort": {"partition": 1, "offset": 1}}, {"$group": of_key}],
        )
        return [self._message(group) for group in groups]

    async def first_of_each_key(self) -> list[Key]:
        """The (topic, key) that have parked messages."""
        of_key = {"_id": {"topic": "$topic", "key": "$key"}}
        groups = await self._parked.aggregate([{"$match": self._replayable}, {"$group": of_key}])
        return [(group["_id"]["topic"], group["_id"]["key"]) for group in groups]

    async def oldest(self, topic: str, key: bytes | None) -> ParkedMessage | None:
        """The next message to replay of one (topic, key)."""
        found = await self._parked.find_one({"topic": topic, "key": key, **self._replayable}, sort=["partition", "offset"])
        return self._message(found) if found else None

    async def find(self, place: Place) -> ParkedMessage | None:
        """The message parked there, with its value."""
        found = await self._parked.find_one({**place.fields, **self._shown})
        return self._message(found) if found else None

    async def read(self, place: Place, by: str) -> None:
        """Keep that somebody is shown what a parked message says."""
        await self._reads.insert({"_id": str(uuid4()), "coordinates": place.coordinates, "by": by, "at": real_now()})

    async def all(self) -> list[ParkedMessage]:
        """What is parked, without values."""
        return [self._message(row) for row in await self._parked.find(self._shown, fields=dict.fromkeys(SHOWN, 1), sort=["_id"])]

    async def claim(self, record: ConsumerRecord) -> bool:
        """Have a parked message to oneself for a while, to replay it. False where another has it, or it is gone."""
        now = real_now()
        claimed = {"$set": {"replaying": now + CLAIM}}
        return bool((await self._parked.update({"_id": self._id(record), **unclaimed(now)}, claimed)).found)

    async def keep(self, record: ConsumerRecord, code: str) -> None:
        """Let it stay after a replay that failed for a reason of its own."""
        await self._parked.update({"_id": self._id(record)}, {"$set": {"code": code}, "$unset": {"replaying": ""}})

    async def release(self, record: ConsumerRecord) -> None:
        """Forget a message that was handled at last, or is to be passed over."""
        await self._parked.delete({"_id": self._id(record)})

    async def expire(self, now: datetime) -> None:
        """Drop the values that were kept long enough; coordinates, type and code stay until the message is let go."""
        old = {"at": {"$lt": now - KEPT}, "expired": False}
        gone: Mapping[str, Any] = {"$set": {"expired": True}, "$unset": GONE}
        while (await self._parked.update(old, gone)).found:
            pass
        await self._reads.delete({"at": {"$lt": now - READINGS_KEPT}})

    async def forget(self, *, before: int, but: int) -> None:
        """Forget what older generations could not take, but one's."""
        await self._parked.delete({"generation": {"$lt": before, "$ne": but}})

    async def forget_from(self, positions: Mapping[str, int], *, before: datetime) -> None:
        """Forget what stands at these positions (`topic/partition`) or past them, for it is read again. All, if none is said.

        Only what was parked before an instant: whoever falls asleep here forgets nothing that another parks meanwhile.
        """
        past = [_from(name, offset) for name, offset in positions.items()]
        await self._parked.delete({**self._own, "at": {"$lt": before}, **({"$or": past} if past else {})})

    async def left(self) -> int:
        """How many messages are parked."""
        return await self._parked.count(self._shown)

    @property
    def _shown(self) -> dict[str, Any]:
        """What is parked here. What was deleted is lost to every generation of rows: it is parked once for all."""
        return {"$or": [self._own, {"code": DELETED}]}

    @property
    def _replayable(self) -> dict[str, Any]:
        return {"code": {"$ne": DELETED}, **self._own}

    def _generation(self, record: ConsumerRecord) -> int | None:
        return None if record.fault == DELETED else self._own["generation"]

    async def codes(self, *others: "Parking") -> Mapping[str, int]:
        """How many are parked here, or in one of these other generations, by code: each message once."""
        here = {"$or": [one._shown for one in (self, *others)]}
        place = {"_id": {"topic": "$topic", "partition": "$partition", "offset": "$offset"}, "code": {"$first": "$code"}}
        found = await self._parked.aggregate([{"$match": here}, {"$group": place}])
        return Tally(one["code"] for one in found)

    async def _holds_another(self, record: ConsumerRecord) -> bool:
        another = {"topic": record.topic, "key": record.key, "_id": {"$ne": self._id(record)}, **self._own}
        return await self._parked.find_one(another, fields={"_id": 1}) is not None

    def _message(self, row: Mapping[str, Any]) -> ParkedMessage:
        said, expired = self._said.opened(row), row["expired"]
        value, headers = said or (None, [])
        record = ConsumerRecord(row["topic"], row["partition"], row["offset"], row["key"], value, headers)
        record = replace(record, fault=row.get("fault", ""), count=row.get("count", 1), timestamp=row.get("timestamp", -1))
        return ParkedMessage(record, row["type"], row["code"], row["at"], expired or said is None)

    def _id(self, record: ConsumerRecord) -> str:
        generation = self._generation(record)
        return record.identity if generation is None else f"{record.identity}@{generation}"

    def _letter(self, record: ConsumerRecord, event_type: str, code: str) -> dict[str, Any]:
        source = f"/{self._persistence.producer}/parked"
        return {
            "id": event_id(f"{source}/{record.coordinates}", 0), "source": source, "type": "fr.etabli.message.parked.v1",
            "sequence": record.offset, "time": self._persistence.clock.now(),
            "key": record.coordinates, "data": orjson.dumps({**Place.of(record).fields, "type": event_type, "code": code}),
            "trace": traceparent(), "topic": dead_letters(record.topic), "at": real_now(), "by": "service",
        }  # fmt: skip


def _tell_lost(record: ConsumerRecord) -> None:
    """Say that messages were deleted which nobody here has handled, from this one on."""
    LOST.labels(record.topic).inc(record.count)
    first, end = record.offset, record.offset + record.count
    place = {"topic": record.topic, "partition": record.partition, "from": first, "to": end}
    log.error("consumer.records_lost", **place, count=record.count)


def _from(name: str, offset: int) -> dict[str, Any]:
    topic, partition = name.rsplit("/", 1)
    return {"topic": topic, "partition": int(partition), "offset": {"$gte": offset}}
