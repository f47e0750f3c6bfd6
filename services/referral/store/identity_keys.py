"""One key per person, wrapped by a key that referral alone reads. Once it is gone, nothing kept of them opens any more.

It has a collection of its own, so that its backups may be fewer and shorter than those of what it opens.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from cryptography.exceptions import InvalidTag

from shared.kernel.secrets import derived
from shared.persistence.mongo import Collection, Session
from shared.persistence.sealing import seal, unseal
from shared.persistence.writes import Insert


class IdentityKeys:
    """Keys by `young_id`. The first of `wrapping` wraps the new ones, each of them opens those that it wrapped."""

    def __init__(self, rows: Collection, wrapping: Sequence[bytes]) -> None:
        self._rows = rows
        self._wrapping = {_name(key): key for key in wrapping}
        self._current = next(iter(self._wrapping))

    async def prepare(self) -> None:
        """Wrap again, under the first key, those that another one wrapped: that one may then be taken out of the file."""
        await self._rows.index("by")
        older = {"by": {"$ne": self._current}}
        for row in await self._rows.patient().find(older):
            wrapped = self._wrapped(row["_id"], self._unwrapped(row))
            await self._rows.update({"_id": row["_id"], **older}, {"$set": {"wrapped": wrapped, "by": self._current}})

    async def obtain(self, young_id: str, *, session: Session | None = None) -> bytes:
        """The key of a person, made where there is none yet."""
        new = {"$setOnInsert": {"wrapped": self._wrapped(young_id, os.urandom(32)), "by": self._current}}
        await self._rows.update({"_id": young_id}, new, upsert=True, session=session)
        row = await self._rows.find_one({"_id": young_id}, session=session)
        assert row
        return self._unwrapped(row)

    async def keep(self, new: Iterable[tuple[str, bytes]], *, session: Session) -> None:
        """Keep the keys of persons who have none."""
        rows = [{"_id": id, "wrapped": self._wrapped(id, key), "by": self._current} for id, key in new]
        await self._rows.bulk([Insert(row) for row in rows], session=session)

    async def of(self, young_ids: Iterable[str], *, session: Session | None = None) -> Mapping[str, bytes]:
        """The key of each of these persons who has one."""
        rows = self._rows if session else self._rows.majority()
        found = await rows.find({"_id": {"$in": list(young_ids)}}, session=session)
        return {row["_id"]: self._unwrapped(row) for row in found}

    async def destroy(self, young_id: UUID, *, session: Session) -> None:
        """What was sealed with it is lost for good, wherever a copy stands."""
        await self._rows.delete({"_id": str(young_id)}, session=session)

    def _wrapped(self, young_id: str, key: bytes) -> bytes:
        return seal(self._wrapping[self._current], key, about=_about(young_id))

    def _unwrapped(self, row: Mapping[str, object]) -> bytes:
        key, wrapped = self._wrapping.get(str(row["by"])), row["wrapped"]
        if key is None or not isinstance(wrapped, bytes):
            raise InvalidTag  # the file no longer holds the key that wrapped it
        return unseal(key, wrapped, about=_about(row["_id"]))


def _name(key: bytes) -> str:
    """What tells one wrapping key from another, and from which it cannot be found."""
    return derived(key, "name of a wrapping key").hex()[:16]


def _about(young_id: object) -> str:
    return f"identity_keys {young_id}"
