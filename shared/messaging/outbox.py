"""Outboxes as the relay reads and empties them: what waits, what is held apart since Kafka refused it, what was published.

A document that Kafka refused is marked `held`, with the topic that it waits for and when to try again: the others are read
without it, whichever replica relays knows of it, and readiness can name the topic.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.events.outbound import OUTBOUND
from shared.kernel.clock import real_now
from shared.kernel.retry import FIRST_WAIT
from shared.persistence.mongo import Collection
from shared.persistence.writes import Replace, Row, Update

SOMETHING: Row = {"outbox.at": {"$gt": datetime(1970, 1, 1, tzinfo=UTC)}}
NOT_HELD: Row = {"held": None}
HELD: Row = {"held.topic": {"$gt": ""}}


@dataclass
class Sending:
    """A document's outbox under way: its entries in order, how many the broker has acknowledged, and what stopped it."""

    id: str
    entries: list[dict[str, Any]]
    held_for: float | None = None
    """Seconds that it was held before this try; None when it was not."""
    sent: int = 0
    error: Exception | None = None

    @property
    def topic(self) -> str:
        """The topic of the next entry to send."""
        return str(self.entries[min(self.sent, len(self.entries) - 1)].get("topic") or "?") if self.entries else "?"


class Outbox:
    """The outboxes of one collection's documents, and the history that keeps what they published."""

    def __init__(self, collection: Collection, history: Collection) -> None:
        self._documents = collection
        self._history = history

    async def prepare(self) -> None:
        """Index what is pending, and what is held: documents with an empty outbox are in neither."""
        await self._documents.index("outbox.at", sparse=True)
        await self._documents.index("held.topic", "held.until", sparse=True)

    async def waiting(self, limit: int) -> list[Sending]:
        """The oldest outboxes that nothing holds, as a majority keeps them."""
        return await self._read({**SOMETHING, **NOT_HELD}, "outbox.at", limit)

    async def held(self, topic: str, limit: int) -> list[Sending]:
        """The outboxes that a topic holds and that are to be tried again by now."""
        return await self._read({"held.topic": topic, "held.until": {"$lte": real_now()}}, "held.until", limit)

    async def topics(self) -> list[str]:
        """The topics that hold a document."""
        query = {"distinct": self._documents.name, "key": "held.topic", "query": HELD}
        return list((await self._documents.database.command(query))["values"])

    async def count(self, limit: int, *, held: bool) -> int:
        """How many have something to publish, with or without those that are held, counted up to `limit`."""
        return await self._documents.count(SOMETHING if held else {**SOMETHING, **NOT_HELD}, limit=limit)

    async def count_held(self, topic: str) -> int:
        """How many a topic holds."""
        return await self._documents.count({"held.topic": topic})

    async def oldest(self) -> datetime | None:
        """When the oldest entry that waits was written; None where none does."""
        found = await self._documents.find_one(SOMETHING, fields={"outbox.at": 1}, sort=["outbox.at"])
        return min(entry["at"] for entry in found["outbox"]) if found else None

    async def settle(self, sendings: Sequence[Sending], held: Sequence[Sending], *, longest: float) -> Mapping[str, int]:
        """Keep what was published in the history, with who made it happen, take it out of the outboxes, and hold those.

        What a tenant is told is in no history: it says again what is, or what its own document keeps.
        How many entries that was, by topic. `longest`, in seconds, is as long as one is held until its next try.
        """
        published = [(one.id, entry) for one in sendings for entry in one.entries[: one.sent]]
        records = [
            Replace({"_id": entry["id"]}, {"_id": entry["id"], **entry, "document": id}, upsert=True)
            for id, entry in published
            if not str(entry.get("topic")).startswith(OUTBOUND)
        ]
        if records:
            await self._history.patient().bulk(records)
        to_hold = {one.id for one in held}
        changes = [(one, _change(one, one.id in to_hold, longest)) for one in sendings]
        updates = [Update({"_id": one.id}, change) for one, change in changes if change]
        if updates:
            await self._documents.patient().bulk(updates)
        return Counter(str(entry.get("topic") or "?") for _, entry in published)

    async def _read(self, where: Row, order: str, limit: int) -> list[Sending]:
        fields = {"outbox": 1, "held": 1}
        rows = await self._documents.majority().find(where, fields=fields, sort=[order], limit=limit)
        return [Sending(row["_id"], row["outbox"], (row.get("held") or {}).get("wait")) for row in rows]


def _change(one: Sending, hold: bool, longest: float) -> Row:
    change: Row = {}
    if one.sent:
        change["$pull"] = {"outbox": {"id": {"$in": [entry["id"] for entry in one.entries[: one.sent]]}}}
    if hold:
        wait = min(longest, FIRST_WAIT if one.held_for is None else max(FIRST_WAIT, 2 * one.held_for))
        change["$set"] = {"held": {"topic": one.topic, "until": real_now() + timedelta(seconds=wait), "wait": wait}}
    elif one.held_for is not None and one.error is None:
        change["$unset"] = {"held": 1}
    return change
