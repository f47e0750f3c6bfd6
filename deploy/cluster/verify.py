"""What is there once all is quiet, beside what was acknowledged (`python -m deploy.cluster.verify`, which reads that as JSON).

Lost: acknowledged, and not there. Doubled: counted twice, in the state, the rows or the seats; or told under one sequence twice.
"""

import asyncio
import json
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer

from deploy.cluster.asking import Client, Refused, client_of
from deploy.cluster.region import HEAD
from deploy.local.lag import lags
from deploy.stacks.addresses import Addresses, addresses_in
from services import GROUPS, SERVICES
from shared.events import TOPICS
from shared.persistence.mongo import Database, connect
from shared.projections.tables import HEAD as ROWS
from shared.projections.tables import HEADS

QUIET_WITHIN = 240.0
"""Seconds that everything told has to be heard, once nobody writes any more."""
ORDER = ("quote", "accept", "start", "complete", "deliver", "invoice")
Kept = Sequence[Mapping[str, Any]]


@dataclass
class Found:
    """What a trial ends with. `told_twice` are copies of one event in Kafka, which is allowed there: nobody counts them."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    acknowledged: int = 0
    events: int = 0
    told_twice: int = 0
    lag: int = 0
    parked: int = 0
    quiet_after: float = 0.0


async def verify(file: Path, kept: Kept, region: Mapping[str, Any]) -> Found:
    """Wait for quiet, then compare with what the stack of this file holds."""
    stack = addresses_in(file)
    found, client = Found(acknowledged=len(kept)), client_of(file)
    await _until_quiet(stack, client, found)
    try:
        await _state(client, kept, found)
        await _seats(client, kept, region, found)
        await _invoices(client, kept, found)
    finally:
        await client.close()
    await _events(stack, found)
    await _rows(stack, kept, found)
    return found


async def _until_quiet(stack: Addresses, client: Client, found: Found) -> None:
    began = time.time()
    while time.time() - began < QUIET_WITHIN:
        found.lag = sum(row.messages for row in await lags(stack.brokers, GROUPS))
        ready = [await client.ask("admin", service, "GET", "/health/ready", said=False) for service in SERVICES]
        found.parked = sum(one["parked"] for one in ready)
        if not found.lag and not found.parked and not any(one["pending"] for one in ready):
            break
        await asyncio.sleep(1)
    found.quiet_after = round(time.time() - began, 1)


async def _state(client: Client, kept: Kept, found: Found) -> None:
    """Each thing that was acknowledged is there, by its id, as far as it was acknowledged."""
    for one in kept:
        if not await _there(client, one):
            found.lost.append(f"{one['what']} {one['id']}")


async def _there(client: Client, one: Mapping[str, Any]) -> bool:
    try:
        match one["what"]:
            case "referral":
                await client.ask(one["agency"], "referral", "GET", f"/referrals/{one['id']}", said=False)
            case "confirm":
                shown = await client.ask(HEAD, "enrolment", "GET", one["path"], said=False)
                pupil = await client.ask(HEAD, "enrolment", "GET", f"/pupils/{one['id']}", said=False)
                return bool(shown["status"] == "enrolled" and pupil["status"] == "due")
            case "plan-interview" | "admit" | "offer":
                shown = await client.ask(HEAD, "enrolment", "GET", one["path"], said=False)
                return bool(shown["status"] not in ("under_review", *_before(one["what"])))
            case _:
                shown = await client.ask(HEAD, "production", "GET", f"/orders/{one['id']}", said=False)
                return one["what"] == "order" or _reached(shown["status"], one["what"])
    except Refused:
        return False
    return True


def _before(verb: str) -> Sequence[str]:
    return {"plan-interview": (), "admit": ("interview_planned",), "offer": ("interview_planned", "admissible")}[verb]


def _reached(status: str, verb: str) -> bool:
    statuses = ("quoted", "accepted", "started", "completed", "delivered", "invoiced")
    return status in statuses and statuses.index(status) >= ORDER.index(verb)


async def _seats(client: Client, kept: Kept, region: Mapping[str, Any], found: Found) -> None:
    """No intake took more than it has, and its seats are those that were confirmed or are held."""
    confirmed = Counter(one["path"].split("/")[2] for one in kept if one["what"] == "confirm")
    for intake, seats in zip(region["intakes"], region["seats"], strict=True):
        shown = await client.ask(HEAD, "enrolment", "GET", f"/intakes/{intake}", said=False)
        if confirmed[intake] > seats or shown["seats_left"] < 0 or confirmed[intake] > seats - shown["seats_left"]:
            found.doubled.append(f"seats of {intake}: {confirmed[intake]} confirmed of {seats}, {shown['seats_left']} left")


async def _invoices(client: Client, kept: Kept, found: Found) -> None:
    """Numbers follow each other, each given once."""
    ids = [one["id"] for one in kept if one["what"] == "invoice"]
    numbers = [(await client.ask(HEAD, "production", "GET", f"/orders/{id}", said=False))["number"] for id in ids]
    found.doubled += [f"invoice {number}" for number, times in Counter(numbers).items() if times > 1]
    ranks = sorted(int(str(number).split("-")[-1]) for number in numbers)
    if ranks and ranks[-1] - ranks[0] + 1 != len(ranks):
        found.lost.append(f"an invoice number between {ranks[0]} and {ranks[-1]}: {len(ranks)} given")


async def _events(stack: Addresses, found: Found) -> None:
    """In Kafka each (source, sequence) is one event, and none is missing between the first and the last of its source."""
    ids: dict[tuple[str, int], set[str]] = defaultdict(set)
    records = 0
    async with AIOKafkaConsumer(
        *TOPICS, **stack.brokers.options(), auto_offset_reset="earliest", isolation_level="read_committed"
    ) as consumer:
        while batch := await consumer.getmany(timeout_ms=5000):
            for headers in (dict(record.headers) for every in batch.values() for record in every):
                records += 1
                ids[headers["ce_source"].decode(), int(headers["ce_sequence"])].add(headers["ce_id"].decode())
    found.events, found.told_twice = len(ids), records - len(ids)
    found.doubled += [f"{source} {sequence}" for (source, sequence), of_it in ids.items() if len(of_it) > 1]
    found.lost += [f"event {source} {sequence}" for source, sequence in _missing(ids)]


def _missing(told: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    by_source: dict[str, set[int]] = defaultdict(set)
    for source, sequence in told:
        by_source[source].add(sequence)
    return [(source, gap) for source, there in by_source.items() for gap in sorted({*range(1, max(there))} - there)]


async def _rows(stack: Addresses, kept: Kept, found: Found) -> None:
    """The rows that figures are made of: as many referrals, pupils and orders as were acknowledged."""
    database = connect(stack.mongodb, "etabli_reporting", login=stack.login)
    try:
        head = await database[HEADS].find_one({"_id": ROWS})
        assert head
        for table, what in (("referrals", "referral"), ("enrolments", "confirm"), ("orders", "order")):
            rows = await _ids(database, f"rows_{head['current']}.{table}")
            wanted = [one["id"] for one in kept if one["what"] == what]
            found.doubled += [f"row of {table}: {rows - len(wanted)} too many"] if rows > len(wanted) else []
            found.lost += [f"row of {table}: {len(wanted) - rows} too few"] if rows < len(wanted) else []
    finally:
        await database.close()


async def _ids(database: Database, collection: str) -> int:
    return await database[collection].count()


def main() -> None:
    told = json.load(sys.stdin)
    found = asyncio.run(verify(Path(os.environ["ETABLI_STACK"]), told["kept"], told["region"]))
    print(json.dumps(asdict(found)))


if __name__ == "__main__":
    main()
