"""Idempotent creation: the same request again finds what is there, another under the same key is refused."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from shared.kernel.errors import key_reused
from shared.persistence.mongo import Collection, Session
from shared.persistence.writes import Row

RESTORED = "restored"
"""In the place of the fingerprint of a request that no topic told: whoever sends it again is taken at their word."""


async def create_once(
    rows: Collection, id: UUID | str, row: Row, *, same: tuple[str, ...], session: Session | None = None
) -> Row:
    """Keep a new row under an id that comes from the request's own key, and give what is kept, from now or from before.

    Refused (422 `key_reused`) where one of the fields named by `same` differs. Either answer rests on what a majority keeps.
    """
    made = await rows.update({"_id": str(id)}, {"$setOnInsert": row}, upsert=True, session=session)
    if made.made:
        return {"_id": str(id), **row}
    stored = await rows.find_one({"_id": str(id)}, session=session)
    ensure_same(stored or {}, {name: row[name] for name in same})
    return stored or {}


def ensure_same(stored: Mapping[str, Any], requested: Mapping[str, Any]) -> None:
    """Raise `key_reused` (422) unless these fields are kept as they are asked now."""
    if any(stored.get(name) != value for name, value in requested.items()):
        raise key_reused()
