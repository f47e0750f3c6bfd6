"""Documents that have something to tell on a topic of the test's own, and what is left of it."""

import uuid
from dataclasses import replace

from shared.kernel.caller import SYSTEM
from shared.persistence.repository import Repository
from shared.persistence.transaction import Persistence
from shared.persistence.writes import Insert
from tests.persistence.builders import TOYS, accept, receive

APART = replace(TOYS, name="toys_to_be")


async def toys(persistence: Persistence, topic: str, count: int, *, events: int = 2) -> list[str]:
    """So many toys with so many events for this topic, there all at once: a relay at work finds them as they are."""
    apart = Persistence(persistence.database, "test", persistence.clock)
    repository, id = Repository(apart, APART), uuid.uuid4()
    await repository.acting(SYSTEM).create(id, receive, id=id, school="dole")
    for _ in range(events - 1):
        await repository.acting(SYSTEM).decide(id, accept)
    made = await persistence.database["toys_to_be"].find_one({"_id": str(id)})
    assert made is not None
    Repository(persistence, TOYS)
    rows = []
    for key in (str(uuid.uuid4()) for _ in range(count)):
        told = {"topic": topic, "key": key, "source": f"/test/toys/{key}"}
        outbox = [{**entry, **told, "id": str(uuid.uuid4())} for entry in made["outbox"]]
        rows.append({**made, "_id": key, "outbox": outbox})
    await persistence.database["toys"].bulk([Insert(row) for row in rows])
    persistence.outbox_changed.set()
    return [row["_id"] for row in rows]


async def a_toy(persistence: Persistence, topic: str, *, events: int = 2) -> str:
    """One of them."""
    (id,) = await toys(persistence, topic, 1, events=events)
    return id


async def left(persistence: Persistence, *ids: str) -> list[int]:
    """The sequences in the outboxes of these toys."""
    found = await persistence.database["toys"].find({"_id": {"$in": list(ids)}}, sort=["_id"])
    return [entry["sequence"] for toy in found for entry in toy["outbox"]]
