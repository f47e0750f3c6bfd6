"""Messages that an administrator discarded, with their reason: passed over wherever they come again, for ever."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from shared.events.message import ConsumerRecord
from shared.kernel.clock import real_now
from shared.kernel.errors import NotFound, Refused
from shared.messaging.place import Place
from shared.persistence.mongo import Collection, Session
from shared.persistence.transaction import Persistence


@dataclass(frozen=True)
class Discarded:
    """A message that is heard no more: where it was, why it was parked, and who decided so, when and why."""

    coordinates: str
    type: str
    code: str
    reason: str
    by: str
    at: datetime


class Discards:
    """A service's discards, by coordinates: they hold for every generation of its rows."""

    def __init__(self, persistence: Persistence) -> None:
        self._persistence = persistence
        self._parked: Collection = persistence.database["parked"]
        self._discarded: Collection = persistence.database["discarded"]

    async def has(self, record: ConsumerRecord) -> bool:
        """Whether this one is to be passed over."""
        found = {"_id": record.coordinates, "records": record.identity}
        return await self._discarded.find_one(found, fields={"_id": 1}) is not None

    async def identities(self) -> set[str]:
        """Of all that is to be passed over: each was written by hand, so they are few."""
        return {identity for row in await self._discarded.find(fields={"records": 1}) for identity in row.get("records", ())}

    async def all(self) -> list[Discarded]:
        """Every discard, the latest first."""
        return [_discarded(row) for row in await self._discarded.find(sort=[("at", -1)])]

    async def discard(self, place: Place, *, reason: str, by: str) -> Discarded:
        """Pass over a parked message from now on, and forget what it said. Twice for the same reason is once.

        NotFound where nothing is parked there; Refused: `being_replayed`, `discarded_otherwise` (for another reason).
        """
        work = partial(self._discard, place, reason, by)
        return await self._persistence.transaction(work, f"parked {place.coordinates}")

    async def _discard(self, place: Place, reason: str, by: str, session: Session) -> Discarded:
        parked = await self._parked.find(place.fields, fields={"type": 1, "code": 1, "identity": 1}, session=session)
        before = await self._discarded.find_one({"_id": place.coordinates}, session=session)
        if before and before["reason"] != reason:
            raise Refused("discarded_otherwise", "Ce message a déjà été écarté, pour une autre raison.")
        if not (parked or before):
            raise NotFound("Ce message")
        freed = await self._parked.delete({**place.fields, **unclaimed(real_now())}, session=session)
        if freed < len(parked):
            raise Refused("being_replayed", "Ce message est en train d’être réentendu : revenez voir dans un instant.")
        records = [row.get("identity", place.coordinates) for row in parked]
        if before:
            added = {"$addToSet": {"records": {"$each": records}}}
            await self._discarded.update({"_id": place.coordinates}, added, session=session)
            return _discarded(before)
        known = {"type": parked[0]["type"], "code": parked[0]["code"]}
        row = {"_id": place.coordinates, **known, "reason": reason, "by": by, "at": real_now(), "records": records}
        await self._discarded.insert(row, session=session)
        return _discarded(row)


def unclaimed(now: datetime) -> Mapping[str, Any]:
    """What nobody is replaying."""
    return {"replaying": {"$not": {"$gt": now}}}


def _discarded(row: Mapping[str, Any]) -> Discarded:
    at = row["at"].replace(microsecond=row["at"].microsecond // 1000 * 1000)  # as MongoDB keeps it: said again, it is the same
    return Discarded(row["_id"], row["type"], row["code"], row["reason"], row["by"], at)
