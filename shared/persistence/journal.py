"""What was written in a database since a point of MongoDB's own journal, in the order in which a majority keeps it.

Asked once at a time (a change stream that is opened and closed again, as the role `readWrite` allows): nothing is added to what
is written, and no writer, however late or dead since, can be overtaken, as the journal has one order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.persistence.mongo import Database

AT_ONCE = 5_000
Point = Mapping[str, Any]
"""Between two entries of the journal."""


@dataclass(frozen=True)
class Entry:
    """One write of a document: which, and what it set if it set some fields only."""

    collection: str
    id: Any
    fields: Mapping[str, Any]


async def present(database: Database) -> Point:
    """The end of the journal: whoever reads documents from now on finds what was written before it."""
    _, point = await _ask(database, {}, [])
    await database.settle()  # a write before that point may not be seen yet: whoever writes after it, and is seen, waited for it
    return point


async def written_since(database: Database, point: Point, collections: Sequence[str]) -> tuple[list[Entry], Point]:
    """What was written in these collections, as far as it fits in one answer, and where to go on.

    Raises HistoryLost where the journal does not reach back so far.
    """
    found, after = await _ask(database, {"resumeAfter": point}, collections)
    return [_entry(one) for one in found if "documentKey" in one], after


async def _ask(database: Database, where: Mapping[str, Any], collections: Sequence[str]) -> tuple[list[dict[str, Any]], Point]:
    fields = {"ns.coll": 1, "documentKey._id": 1, "updateDescription.updatedFields": 1}
    pipeline = [{"$changeStream": where}, {"$match": {"ns.coll": {"$in": list(collections)}}}, {"$project": fields}]
    reply = await database.command({"aggregate": 1, "pipeline": pipeline, "cursor": {"batchSize": AT_ONCE}})
    cursor = reply["cursor"]
    if cursor["id"]:
        await database.command({"killCursors": "$cmd.aggregate", "cursors": [cursor["id"]]})
    return cursor["firstBatch"], cursor["postBatchResumeToken"]


def _entry(found: Mapping[str, Any]) -> Entry:
    fields = found.get("updateDescription", {}).get("updatedFields", {})
    return Entry(found["ns"]["coll"], found["documentKey"]["_id"], fields)
