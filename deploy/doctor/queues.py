"""What each service keeps in its database to be said and done: outboxes, and who leads what."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from deploy.doctor.finding import Finding, act, look, well
from deploy.doctor.stack import Examined
from shared.kernel.clock import real_now
from shared.messaging.outbox import SOMETHING
from shared.persistence.failures import Away
from shared.persistence.mongo import Database
from shared.projections.tables import HEAD, HEADS
from shared.web.pages.french import number, several

MANY = 20_000
"""Beyond which a service says by itself that it is not ready (`ETABLI_OUTBOX_LIMIT`)."""
OLD, TOO_OLD = timedelta(minutes=1), timedelta(minutes=10)
LEASES = {"relay": "ne dit plus ses événements", "projector": "ne lit plus les événements"}
"""What is not done while nobody holds them. Others are held for as long as something takes (migrations)."""
Row = Mapping[str, Any]


async def queues(stack: Examined, service: str) -> Sequence[Finding]:
    """Its outboxes and its leases. Nothing where MongoDB does not answer, which is said elsewhere."""
    try:
        async with stack.database(f"etabli_{service}") as database:
            waiting, oldest = await _outboxes(database)
            leases = await database["leases"].find()
            heads = await database[HEADS].find({"_id": HEAD})
    except Away:
        return []
    now, journal = real_now(), stack.journal(service)
    outbox = of_outbox(service, waiting, oldest, now, journal)
    return [outbox, *of_leases(service, leases, now, journal), *of_rebuild(service, heads)]


async def _outboxes(database: Database) -> tuple[int, datetime | None]:
    """How many documents have something to say, counted up to so many, and since when the oldest has."""
    count, oldest = 0, None
    for name in sorted(await database.names()):
        if not await _has_outbox(database, name):
            continue
        first = await database[name].find_one(SOMETHING, fields={"outbox.at": 1}, sort=["outbox.at"])
        if first is None:
            continue
        count += await database[name].count(SOMETHING, limit=MANY)
        at = min(entry["at"] for entry in first["outbox"])
        oldest = at if oldest is None else min(at, oldest)
    return count, oldest


async def _has_outbox(database: Database, name: str) -> bool:
    """Whether its documents have one: they are indexed by it."""
    if name.startswith("system."):
        return False
    indexes = (await database.command({"listIndexes": name}))["cursor"]["firstBatch"]
    return any("outbox.at" in index["key"] for index in indexes)


def of_outbox(service: str, waiting: int, oldest: datetime | None, now: datetime, journal: str) -> Finding:
    """How much it has to say, and since when."""
    if oldest is None:
        return well(service, "rien n’attend d’être dit à Kafka")
    age = now - oldest.astimezone(UTC)
    what = f"{several(waiting, 'document attend', 'documents attendent')} d’être dit à Kafka, depuis {ago(age)}"
    todo = f"voyez « kafka », et ce que ce service dit de lui-même ; {journal}"
    if age > TOO_OLD or waiting >= MANY / 2:
        return act(service, what, todo)
    return look(service, what, todo) if age > OLD else well(service, what)


def of_leases(service: str, leases: Sequence[Row], now: datetime, journal: str) -> Sequence[Finding]:
    """Those that nobody holds: whoever did is gone, and no other replica took over."""
    if not leases:
        return [look(service, "personne n’y a encore rien dit à Kafka", journal)]
    ended = {lease["_id"]: now - lease["until"].astimezone(UTC) for lease in leases if lease["until"].astimezone(UTC) < now}
    return [act(service, f"{LEASES[name]}, depuis {ago(since)}", journal) for name, since in ended.items() if name in LEASES]


def of_rebuild(service: str, heads: Sequence[Row]) -> Sequence[Finding]:
    """How far a rebuild is, where one is under way."""
    return [
        well(service, f"reconstruction en cours : {number(head['done'])} positions sur {number(head['total'])}")
        for head in heads
        if head.get("building") is not None
    ]


def ago(age: timedelta) -> str:
    """« 3 minutes »: one unit is enough."""
    seconds = max(0, age.total_seconds())
    for unit, one, many in ((86_400, "jour", "jours"), (3_600, "heure", "heures"), (60, "minute", "minutes")):
        if seconds >= unit:
            return several(int(seconds // unit), one, many)
    return several(int(seconds), "seconde", "secondes")
