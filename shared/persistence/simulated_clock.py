"""The simulated clock, persisted for the next start."""

from datetime import datetime

from shared.kernel.clock import Clock
from shared.persistence.mongo import Database


async def remember(database: Database, now: datetime) -> None:
    """Keep an instant; an earlier one changes nothing."""
    await database["clock"].update({"_id": "clock"}, {"$max": {"now": now}}, upsert=True)


async def resume(database: Database, clock: Clock) -> None:
    """Put a simulated clock where it stood when the service ended."""
    found = await database["clock"].find_one({"_id": "clock"}) if clock.simulated else None
    if found and found["now"] > clock.now():
        clock.advance(found["now"])
