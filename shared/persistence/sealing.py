"""Sealed values: AES-256-GCM, so that database files, journals, logs of queries and dumps show nothing of what people said."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.persistence.mongo import Collection
from shared.persistence.writes import Row

NONCE = 12
"""Bytes, drawn anew for each value (NIST SP 800-38D)."""


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


@dataclass(frozen=True)
class Sealed:
    """A collection some of whose fields are kept as one sealed value, `sealed`, under one key. Nothing sorts or looks by them."""

    rows: Collection
    fields: tuple[str, ...]
    key: bytes = field(repr=False)

    def closed(self, id: object, row: Row) -> Row:
        """A document as it is kept."""
        about, said = f"{self.rows.name} {id}", {name: row.get(name) for name in self.fields}
        clear = {name: value for name, value in row.items() if name not in self.fields}
        return {**clear, "sealed": seal_json(self.key, said, about=about)}

    def opened(self, row: Row) -> Row:
        """A kept document, as it was given. One in clear comes of a replica of an earlier build, until a migration seals it."""
        if "sealed" not in row:
            return row
        clear = {name: value for name, value in row.items() if name != "sealed"}
        return {**clear, **unseal_json(self.key, row["sealed"], about=f"{self.rows.name} {row['_id']}")}

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
