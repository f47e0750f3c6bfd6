"""The simulated clock, persisted for the next start; and whether a database is a simulated one, for ever."""

from datetime import datetime

from shared.kernel.clock import Clock
from shared.persistence.mongo import Database

KIND = {"_id": "kind"}


async def is_of_kind(database: Database, *, simulated: bool) -> bool:
    """Whether a database is of this kind, simulated or real. One that was neither becomes it, and stays it."""
    clock = database["clock"]
    put = await clock.find_one({"_id": "clock"})  # of a version that did not say the kind
    await clock.update(KIND, {"$setOnInsert": {"simulated": simulated or put is not None}}, upsert=True)
    kept = await clock.find_one(KIND)
    return kept is not None and kept["simulated"] == simulated


async def remember(database: Database, now: datetime) -> None:
    """Keep an instant; an earlier one changes nothing."""
    await database["clock"].update({"_id": "clock"}, {"$max": {"now": now}}, upsert=True)


async def resume(database: Database, clock: Clock) -> None:
    """Put a simulated clock where it stood when the service ended."""
    found = await database["clock"].find_one({"_id": "clock"}) if clock.simulated else None
    if found and found["now"] > clock.now():
        clock.advance(found["now"])
