"""Points of MongoDB's journal that it has forgotten, without waiting for it to."""

from shared.persistence.journal import Point, present
from shared.persistence.mongo import Database


async def a_lost_point(database: Database) -> Point:
    """The point of a write that the journal has not: that of a real one, a second earlier than it was."""
    before = await present(database)
    await database["lost"].insert({"_id": "one"})
    stream = {"$changeStream": {"resumeAfter": before}}
    reply = await database.command({"aggregate": 1, "pipeline": [stream], "cursor": {}})
    data = next(one["_id"]["_data"] for one in reply["cursor"]["firstBatch"] if one["ns"]["coll"] == "lost")
    return {"_data": f"{data[:2]}{int(data[2:10], 16) - 1:08X}{data[10:]}"}
