"""Sealed values: AES-256-GCM, so that database files, journals, logs of queries and dumps show nothing of what people said."""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.persistence.mongo import Collection
from shared.persistence.writes import Row

NONCE = 12
"""Bytes, drawn anew for each value (NIST SP 800-38D)."""
AT_ONCE = 200
"""Documents that are sealed anew between two looks."""


def seal(key: bytes, value: bytes, *, about: str) -> bytes:
    """A value under a 32-byte key. `about` says what it belongs to: elsewhere it does not open."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, value, about.encode())


def unseal(key: bytes, sealed: bytes, *, about: str) -> bytes:
    """What was sealed. Raises cryptography's InvalidTag under another key, about something else, or changed since."""
    return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], about.encode())


def seal_json(key: bytes, value: Mapping[str, Any], *, about: str) -> bytes:
    """An object as JSON, sealed."""
    return seal(key, orjson.dumps(value), about=about)


def unseal_json(key: bytes, sealed: bytes, *, about: str) -> dict[str, Any]:
    """The object that was sealed."""
    opened: dict[str, Any] = orjson.loads(unseal(key, sealed, about=about))
    return opened


def unseal_by_any(keys: Sequence[bytes], sealed: bytes, *, about: str) -> bytes:
    """What was sealed under one of these keys. Raises InvalidTag where it was under another."""
    for key in keys:
        with suppress(InvalidTag):
            return unseal(key, sealed, about=about)
    raise InvalidTag


@dataclass(frozen=True)
class Sealed:
    """A collection some of whose fields are kept as one sealed value, `sealed`. Nothing sorts or looks by them.

    The first of the keys seals, each of them opens: a key that is feared known is followed by another.
    """

    rows: Collection
    fields: tuple[str, ...]
    keys: tuple[bytes, ...] = field(repr=False)

    def closed(self, id: object, row: Row) -> Row:
        """A document as it is kept."""
        about, said = f"{self.rows.name} {id}", {name: row.get(name) for name in self.fields}
        clear = {name: value for name, value in row.items() if name not in self.fields}
        return {**clear, "sealed": seal_json(self.keys[0], said, about=about)}

    def opened(self, row: Row) -> Row:
        """A kept document, as it was given. One in clear comes of a replica of an earlier build, until a migration seals it."""
        if "sealed" not in row:
            return row
        clear = {name: value for name, value in row.items() if name != "sealed"}
        said: Row = orjson.loads(unseal_by_any(self.keys, row["sealed"], about=f"{self.rows.name} {row['_id']}"))
        return {**clear, **said}

    @property
    def in_clear(self) -> Mapping[str, Any]:
        """What an earlier build kept, as a filter."""
        return {"sealed": {"$exists": False}, self.fields[0]: {"$exists": True}}

    async def close_earlier(self, row: Row) -> None:
        """Seal a document that an earlier build kept in clear. Again, it changes nothing."""
        sealed = self.closed(row["_id"], row)["sealed"]
        change = {"$set": {"sealed": sealed}, "$unset": dict.fromkeys(self.fields, "")}
        as_read = {name: row.get(name) for name in self.fields}
        await self.rows.update({"_id": row["_id"], **self.in_clear, **as_read}, change)

    async def seal_anew(self) -> None:
        """Seal under the first key what a former one sealed. Again, it changes nothing."""
        after: Row = {"sealed": {"$exists": True}}
        while len(self.keys) > 1 and (found := await self.rows.find(after, fields={"sealed": 1}, sort=["_id"], limit=AT_ONCE)):
            for row in found:
                await self._seal_anew(row)
            after = {**after, "_id": {"$gt": found[-1]["_id"]}}

    async def _seal_anew(self, row: Row) -> None:
        about = f"{self.rows.name} {row['_id']}"
        try:
            unseal(self.keys[0], row["sealed"], about=about)
        except InvalidTag:
            anew = seal(self.keys[0], unseal_by_any(self.keys, row["sealed"], about=about), about=about)
            await self.rows.update(row, {"$set": {"sealed": anew}})
