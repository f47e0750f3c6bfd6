"""Over a log that survived its databases: every document is taken past all that it told there, before any service starts."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from aiokafka import TopicPartition

from deploy.backup import log
from deploy.backup.aggregates import AGGREGATES
from deploy.backup.databases import database_of
from deploy.backup.ground import OWN
from deploy.backup.manifest import Manifest
from deploy.backup.servers import Servers
from deploy.backup.untold import untold
from deploy.local.errors import CannotRun
from deploy.local.progress import Advance
from services import SERVICES
from shared.events import EVENTS, TOPICS
from shared.events.message import ConsumerRecord, Message, Undecodable, read, read_of_tenant
from shared.events.order_corrections import OrderCredited
from shared.events.outbound import OUTBOUND
from shared.events.persons import PersonErased
from shared.events.production import OrderInvoiced
from shared.messaging.kafka import consumer
from shared.messaging.wire.records import record_of
from shared.persistence.dump import Whole
from shared.persistence.folding import Told, fold

TOLD = "told"
"""What is to be folded, by source and sequence, in the database of the restore."""
AT_ONCE = 1_000
WAIT_MS = 1_000
TOO_MANY = 2**62
"""Where no document could go on counting from for long: MongoDB counts to twice that."""
OF_ANOTHER_BUILD = frozenset({"unknown_type", "invalid_data"})
"""Why this build may not read what was truly told."""
UNREADABLE = {"type": ""}
"""What takes a number, and is of no type that this build knows."""


@dataclass
class Found:
    """What folding found: documents and events, what no topic holds, what no state could take, and who was erased."""

    documents: int = 0
    events: int = 0
    untold: list[Mapping[str, Any]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    erased: list[PersonErased] = field(default_factory=list)
    latest: datetime | None = None
    """When the last of these was told, by its service's clock."""


async def ensure_survived(servers: Servers, made: Manifest) -> None:
    """CannotRun where the log that is there does not hold all that the backup's does."""
    known = await log.topics(servers.brokers)
    ends = (await log.ends(servers.brokers, {name: partitions for name, (partitions, _) in known.items()})).ends
    for name, topic in made.topics.items():
        for number, partition in enumerate(topic.partitions):
            if ends.get(TopicPartition(name, number), 0) < partition.before:
                raise CannotRun(
                    f"Le journal qui est là ({name}/{number}) s’arrête avant celui de la sauvegarde : ce n’est pas "
                    "celui qui a survécu. Restaurez sur un Kafka vide, sans --log-survived."
                )


async def gather(mongo: Whole, servers: Servers, made: Manifest, advance: Advance) -> None:
    """Put aside what was told since the backup, where it can be read document by document."""
    starts = {
        TopicPartition(name, number): partition.before
        for name, topic in made.topics.items()
        if _is_told_on(name)
        for number, partition in enumerate(topic.partitions)
    }
    known = {name: partitions for name, (partitions, _) in (await log.topics(servers.brokers)).items() if _is_told_on(name)}
    ends, count = (await log.ends(servers.brokers, known)).ends, 0
    async with consumer(servers.brokers, whole=(), max_poll_records=AT_ONCE) as reader:
        reader.assign(list(ends))
        for at in ends:
            reader.seek(at, starts.get(at, 0))
        while left := [at for at in ends if await reader.position(at) < ends[at]]:
            for batch in (await reader.getmany(*left, timeout_ms=WAIT_MS)).values():
                rows = [row for row in map(_row, map(record_of, batch)) if row]
                await _keep(mongo, rows)
                advance(count := count + len(batch), None)


def _is_told_on(topic: str) -> bool:
    """Whether documents of ours tell on it: what they may tell is theirs to know once the databases are gone."""
    return topic in TOPICS or topic.startswith(OUTBOUND)


async def _keep(mongo: Whole, rows: Sequence[dict[str, Any]]) -> None:
    """Each once: an event told twice has the same source and sequence. One that can be read stands before one that cannot."""
    ids = [row["_id"] for row in rows]
    there = {_place(row): row for row in await mongo.rows(OWN, TOLD, {"_id": {"$in": ids}})}
    fresh = dict(there)
    for row in rows:
        if not fresh.get(_place(row), UNREADABLE)["type"]:
            fresh[_place(row)] = row
    if new := [row for place, row in fresh.items() if row is not there.get(place)]:
        await mongo.delete(OWN, TOLD, {"_id": {"$in": [row["_id"] for row in new]}})
        await mongo.insert(OWN, TOLD, new)


def _place(row: Mapping[str, Any]) -> tuple[str, int]:
    return row["_id"]["source"], row["_id"]["sequence"]


def _row(record: ConsumerRecord) -> dict[str, Any] | None:
    """An event of a document of ours, as it waits to be folded; None for anything else.

    Of one of another build, by its coordinates, the number alone: it is taken too. What nobody hears takes none.
    """
    told = log.teller_of(record.headers)
    if told is None or told[:2] not in AGGREGATES or told[3] >= TOO_MANY:
        return None
    try:
        message = read(record) if record.topic in TOPICS else read_of_tenant(record)
        message.event()
    except Undecodable as error:
        if error.code not in OF_ANOTHER_BUILD:
            return None
        source = f"/{'/'.join(told[:3])}"
        message = Message(record.coordinates, source, UNREADABLE["type"], told[3], time=_at(record), key="", data=b"")
    kept = {name: value for name, value in vars(message).items() if name not in ("source", "sequence")}
    return {"_id": {"source": message.source, "sequence": message.sequence}, **kept, "topic": record.topic, "at": _at(record)}


def _at(record: ConsumerRecord) -> datetime:
    return datetime.fromtimestamp(max(record.timestamp, 0) / 1000, UTC)


async def fold_all(mongo: Whole, advance: Advance) -> Found:
    """Take every document past what it told."""
    found = Found()
    async for source, told in _by_document(mongo):
        service, name, id = source[1:].split("/", 2)
        stored = await mongo.rows(database_of(service), name, {"_id": id})
        before = stored[0]["sequence"] if stored else 0
        folded = fold(AGGREGATES[service, name], id, stored[0] if stored else None, told)
        new = [one for one in told if one.message.sequence > before]
        if folded.row["state"] and (new or folded.history):
            await _write(mongo, service, name, folded.row, folded.history)
        found.documents += bool(new)
        found.events += len(new)
        found.wrong += folded.wrong
        for one in (one for one in new if one.message.type in EVENTS):
            await _note(mongo, found, source, one)
        advance(found.events, None)
    return found


async def _write(mongo: Whole, service: str, name: str, row: dict[str, Any], history: Sequence[dict[str, Any]]) -> None:
    """The history first: a restore that is cut short here is begun anew in any case."""
    for entry in (entry for entry in history if not entry["topic"].startswith(OUTBOUND)):
        await mongo.put(database_of(service), "history", entry)
    await mongo.put(database_of(service), name, row)


async def _note(mongo: Whole, found: Found, source: str, told: Told) -> None:
    event = told.message.event()
    found.untold += untold(source, told, event)
    found.latest = max(found.latest or told.message.time, told.message.time)
    if isinstance(event, PersonErased):
        found.erased.append(event)
    if isinstance(event, OrderInvoiced | OrderCredited):
        await _number(mongo, event)


async def move_clocks(mongo: Whole, to: datetime | None) -> None:
    """A simulated clock stands where the log does, at least: it never goes back over what was told."""
    for service in SERVICES if to else ():
        await mongo.change(database_of(service), "clock", {"_id": "clock"}, {"$max": {"now": to}}, upsert=True)


async def _number(mongo: Whole, event: OrderInvoiced | OrderCredited) -> None:
    """No number of an invoice is given twice either."""
    year, rank = event.number.split("-")
    which, on = {"_id": f"{event.school}:{year}"}, event.on.isoformat()
    known = {"last": int(rank), "last_on": on}
    await mongo.change(database_of("production"), "series", which, {"$max": known, "$set": {"year": int(year)}}, upsert=True)


async def _by_document(mongo: Whole) -> AsyncIterator[tuple[str, list[Told]]]:
    """What each document told, in order, one document after the other."""
    waiting: list[dict[str, Any]] = []
    after: dict[str, Any] = {}
    while some := await mongo.rows(OWN, TOLD, after, sort=[("_id", 1)], limit=AT_ONCE):
        after = {"_id": {"$gt": some[-1]["_id"]}}
        waiting += some
        last = waiting[-1]["_id"]["source"]
        for source, rows in groupby([row for row in waiting if row["_id"]["source"] != last], lambda row: row["_id"]["source"]):
            yield source, [_told(row) for row in rows]
        waiting = [row for row in waiting if row["_id"]["source"] == last]
    if waiting:
        yield waiting[0]["_id"]["source"], [_told(row) for row in waiting]


def _told(row: Mapping[str, Any]) -> Told:
    fields = {name: row[name] for name in ("id", "type", "time", "key", "data", "trace", "cause")}
    return Told(Message(**row["_id"], **fields), row["topic"], row["at"])
