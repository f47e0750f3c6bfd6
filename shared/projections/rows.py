"""Rows written by compare-and-set: one is replaced only where its version is the one that was read."""

from collections.abc import Mapping, Sequence

from shared.metrics import ROWS
from shared.persistence.failures import DuplicateKey
from shared.persistence.mongo import Collection
from shared.persistence.queues import busy
from shared.persistence.writes import Insert, Replace
from shared.projections.read_model import Change, Stored

TRIES = 50
Changes = Mapping[str, Sequence[Change]]
"""By row id, what is to be folded into that row, in order."""


async def replace(collection: Collection, rows: Sequence[Stored]) -> None:
    """Write rows that were folded in memory, each over the one that was read. Unavailable (`busy`) where another was first."""
    if not await _write(collection, [_next(row) for row in rows]):
        raise busy()


async def fold_into(collection: Collection, changes: Changes, *, even_unchanged: bool = False) -> dict[str, Stored]:
    """Fold changes into their rows, each row written once, and give the rows back as they are then.

    Where another writer was first, fold again on what it left. Raises Unavailable (`busy`) if others always are. A row that
    changes in nothing is not written, unless it must be sure to be on a majority when this returns (`even_unchanged`).
    """
    for _ in range(TRIES):
        found = {row["_id"]: row for row in await collection.find({"_id": {"$in": list(changes)}})}
        rows = {id: folded(found.get(id), of_row) for id, of_row in changes.items()}
        new = {id: _next(row) for id, row in rows.items() if even_unchanged or row is not found.get(id)}
        if await _write(collection, list(new.values())):
            return {**rows, **new}
    raise busy()


def folded(stored: Stored | None, changes: Sequence[Change]) -> Stored:
    """A row (None: none yet) after these changes, in order; the very same where they change nothing."""
    row = stored
    for change in changes:
        row = change.fold(row)
    assert row is not None
    return row


def _next(row: Stored) -> Stored:
    return {**row, "version": row["version"] + 1}


async def _write(collection: Collection, rows: Sequence[Stored]) -> bool:
    """One bulk. False when another writer was there first for one of them."""
    if not rows:
        return True
    try:
        written = await collection.bulk([_over_the_one_read(row) for row in rows])
    except DuplicateKey:
        return False
    ROWS.inc(written)
    return written == len(rows)


def _over_the_one_read(row: Stored) -> Insert | Replace:
    version = row["version"]
    return Insert(row) if version == 1 else Replace({"_id": row["_id"], "version": version - 1}, row)
