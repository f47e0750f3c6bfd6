"""Which rows of a generation were written since they were last read, from MongoDB's own journal."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping

from shared.persistence.failures import Away
from shared.persistence.journal import Point, written_since
from shared.projections.table import READING
from shared.projections.tables import HEADS, Generations, Head

A_MOMENT = 0.005
MANY = 50_000
"""Writes that are followed, in about a second: reading every row takes no longer than following more."""
Ids = Mapping[str, set[str]]
"""Of rows, by table."""


class TooMany(Exception):
    """So much was written since that every row is to be read again."""


async def rows_written(generations: Generations, since: Point, head: Head, *, most: int = MANY) -> tuple[Ids, Point, int]:
    """The rows of the generation that is read, written since a point of the journal; where to go on; and how often rows changed.

    Up to where the journal says that rows changed as often as the head does, or oftener where the head was read a moment ago:
    it has one order for the rows' writes and the head's, so whatever was announced is among them, and what was not yet is, or
    comes later. Raises TooMany where there are more (`most`), and Away where the majority does not come as far within seconds.
    """
    rows, ids = generations.generation(head.current), defaultdict[str, set[str]](set)
    tables = {rows[table].name: table for table in generations.tables}
    try:
        async with asyncio.timeout(READING):
            while True:
                entries, since = await written_since(generations.database, since, [HEADS, *tables])
                most -= len(entries)
                if most < 0:
                    raise TooMany
                for entry in entries:
                    if entry.collection in tables:
                        ids[tables[entry.collection]].add(entry.id)
                change = max((entry.fields.get("change", -1) for entry in entries), default=-1)
                if change >= head.change:
                    return ids, since, change
                await asyncio.sleep(0 if entries else A_MOMENT)
    except TimeoutError:
        raise Away("the journal") from None
