"""Rejections: messages of agencies' topics that were not taken in. Each is one write: its words, its event, what it said sealed.

What it said may be a whole identity: it is kept for thirty days, under a key of this purpose, and opened for its agency alone.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import orjson

from shared.events.message import NAMESPACE, ConsumerRecord, message_of
from shared.events.rejections import ReferralRejected
from shared.kernel.clock import real_now
from shared.kernel.errors import NotFound
from shared.persistence.failures import DuplicateKey
from shared.persistence.keyset import Asked, Part, read_part
from shared.persistence.sealing import seal_json, unseal_by_any
from shared.persistence.transaction import Persistence
from shared.persistence.writes import Row, Update
from shared.web.refusals import FieldProblem, Refusal

KEPT = timedelta(days=30)
LARGEST_KEPT = 2_000_000
"""Bytes of a value: of what is larger, which no request's body may be either, only the rejection is kept."""
LATEST = ("order", -1)
SHOWN = ("code", "detail", "errors", "topic", "partition", "offset", "count", "at", "order")


@dataclass(frozen=True)
class Rejected:
    """A record, and why it is not taken in."""

    record: ConsumerRecord
    refusal: Refusal


@dataclass(frozen=True)
class Rejection:
    """What is kept of it, without what it said."""

    id: UUID
    refusal: Refusal
    record: ConsumerRecord
    at: datetime


@dataclass(frozen=True)
class Original:
    """What the message said."""

    key: bytes | None
    value: bytes | None


def rejection_id_of(record: ConsumerRecord) -> UUID:
    """The same whenever the same record is heard; another log at the same coordinates has another."""
    return uuid5(NAMESPACE, f"rejection {record.identity}")


class Rejections:
    """By agency: nothing is read without one."""

    def __init__(self, persistence: Persistence) -> None:
        self._persistence = persistence
        self._clock = persistence.clock
        self._rows = persistence.database["rejections"]
        self._keys = persistence.sealing_keys("rejected messages")
        persistence.outboxes["rejections"] = self._rows

    async def prepare(self) -> None:
        await self._rows.index("agency", LATEST)
        await self._rows.index("at")

    async def known(self, agency: str, ids: Iterable[UUID]) -> set[UUID]:
        """Which of these were rejected before."""
        where = {"_id": {"$in": [str(id) for id in ids]}, "agency": agency}
        return {UUID(row["_id"]) for row in await self._rows.find(where, fields={"_id": 1})}

    async def keep(self, agency: str, rejected: Sequence[Rejected]) -> None:
        """Keep them, and have each told to its agency. Again, it changes nothing."""
        writes = [self._write(agency, one) for one in rejected]
        if writes:
            try:
                await self._rows.bulk(writes)
            except DuplicateKey:  # another replica keeps the same
                await self._rows.bulk(writes)
            self._persistence.outbox_changed.set()

    async def part(self, agency: str, asked: Asked) -> Part[Rejection]:
        """A part of an agency's, the latest first."""
        fields = dict.fromkeys(SHOWN, 1)
        rows = await read_part(self._rows.majority(), self._of(agency), sort=[LATEST], asked=asked, fields=fields)
        return rows.map(_rejection)

    async def get(self, agency: str, id: UUID) -> Rejection:
        """One of an agency's. NotFound where there is none, or no longer."""
        return _rejection(await self._row(agency, id))

    async def original(self, agency: str, id: UUID) -> Original:
        """What it said. NotFound as above."""
        row = await self._row(agency, id)
        said = orjson.loads(unseal_by_any(self._keys, row["sealed"], about=f"rejections {id}"))
        return Original(_bytes(said["key"]), _bytes(said["value"]))

    async def let_go(self) -> None:
        """Forget what was kept long enough; what Kafka has yet to take stays until then, without what it said."""
        old = {"at": {"$lt": self._clock.now() - KEPT}}
        await self._rows.delete({**old, "outbox.0": {"$exists": False}})
        while (await self._rows.update({**old, "sealed": {"$exists": True}}, {"$unset": {"sealed": ""}})).found:
            pass

    def _of(self, agency: str) -> Row:
        return {"agency": agency, "at": {"$gte": self._clock.now() - KEPT}}

    async def _row(self, agency: str, id: UUID) -> Row:
        row = await self._rows.majority().find_one({"_id": str(id), **self._of(agency)})
        if row is None:
            raise NotFound("Ce rejet")
        return row

    def _write(self, agency: str, one: Rejected) -> Update:
        id, record, at = rejection_id_of(one.record), one.record, self._clock.now()
        value = record.value if len(record.value or b"") <= LARGEST_KEPT else None
        said = {"key": _text(record.key), "value": _text(value)}
        row = {
            "agency": agency, "code": one.refusal.code, "detail": one.refusal.detail,
            "errors": [field.model_dump() for field in one.refusal.errors],
            "topic": record.topic, "partition": record.partition, "offset": record.offset, "count": record.count,
            "at": at, "order": f"{at:%Y-%m-%dT%H:%M:%S.%f} {record.offset:019} {id}",
            "sealed": seal_json(self._keys[0], said, about=f"rejections {id}"), "outbox": [self._entry(agency, id, one)],
        }  # fmt: skip
        return Update({"_id": str(id)}, {"$setOnInsert": row}, upsert=True)

    def _entry(self, agency: str, id: UUID, one: Rejected) -> Row:
        field = next((error.field for error in one.refusal.errors), None)
        event = ReferralRejected(
            tenant=agency, rejection_id=id, code=one.refusal.code, field=field,
            partition=one.record.partition, offset=one.record.offset, on=self._clock.today(),
        )  # fmt: skip
        source = f"/{self._persistence.producer}/rejections/{id}"
        message = message_of(event, source=source, sequence=1, time=self._clock.now())
        return {**vars(message), "topic": event.destination, "at": real_now(), "by": "service"}


def _rejection(row: Row) -> Rejection:
    fields = tuple(FieldProblem(**field) for field in row["errors"])
    record = ConsumerRecord(row["topic"], row["partition"], row["offset"], None, None, (), count=row["count"])
    return Rejection(UUID(row["_id"]), Refusal(0, row["code"], row["detail"], fields), record, row["at"])


def _text(value: bytes | None) -> str | None:
    return None if value is None else b64encode(value).decode()


def _bytes(text: Any) -> bytes | None:
    return None if text is None else b64decode(text)
