"""Two generations' rows of one table, compared in the order of their ids, a page of each in memory at a time."""

from collections.abc import AsyncIterator, Sequence

from shared.persistence.mongo import Collection
from shared.projections.read_model import Stored, same

PAGE = 2_000


async def differing(one: Collection, other: Collection, *, page: int = PAGE) -> AsyncIterator[Sequence[str]]:
    """The ids of the rows that do not hold the same in both, or are in one only: a part of them at each step."""
    after = ""
    while True:
        rows, others = await _page(one, after, page), await _page(other, after, page)
        ends = [max(found) for found in (rows, others) if len(found) == page]
        known = [id for id in sorted(rows.keys() | others.keys()) if not ends or id <= min(ends)]
        yield [id for id in known if not same(rows.get(id), others.get(id))]
        if not ends:
            return
        after = min(ends)


async def _page(rows: Collection, after: str, size: int) -> dict[str, Stored]:
    found = await rows.patient().find({"_id": {"$gt": after}}, sort=["_id"], limit=size)
    return {row["_id"]: row for row in found}
