"""A rebuild of reporting's rows beside its peer: reading and decoding the same messages, without any row.

A hundred thousand messages about orders, in random order between them. Beside them, what it costs to follow them as they come,
and a rebuild that holds no row in memory: what the budget buys. Run in turns on servers of their own.
"""

import asyncio
import json
import random
import statistics
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from pathlib import Path

from deploy.local.servers import Servers, running_servers
from services.reporting.projections import PROJECTIONS
from shared.events import Event
from shared.events.message import Message, message_of, read
from shared.events.production import ClientKind, OrderAccepted, OrderCompleted, OrderQuoted, OrderReceived
from shared.kernel.clock import Clock, real_now
from shared.kernel.retry import stop
from shared.messaging.kafka import Brokers, create_topics, producer
from shared.persistence.lease import Lease
from shared.persistence.mongo import connect
from shared.persistence.transaction import Persistence
from shared.projections.group import kafka_group
from shared.projections.projector import Projector
from shared.projections.source import Source, kafka_source
from shared.projections.tables import Generations

RESULTS = Path(__file__).parents[2] / "docs" / "benchmarks" / "rebuild.json"
TOPIC = "etabli.production"
ORDERS, ROUNDS = 25_000, 3
DAY = date(2025, 9, 1)


def story(id: uuid.UUID) -> list[Message]:
    """What is told of one order, until its work is done."""
    events: list[Event] = [
        OrderReceived(order_id=id, school="dole", client_id=id, client_kind=ClientKind.COMPANY, on=DAY),
        OrderQuoted(order_id=id, school="dole", amount_cents=120_000, due_on=DAY + timedelta(days=30), on=DAY),
        OrderAccepted(order_id=id, school="dole", on=DAY),
        OrderCompleted(order_id=id, school="dole", on=DAY + timedelta(days=9)),
    ]
    source, now = f"/production/orders/{id}", real_now()
    return [message_of(event, source=source, sequence=rank, time=now) for rank, event in enumerate(events)]


async def publish(kafka: Brokers) -> int:
    """Every story, each in its order: how many messages."""
    stories = [story(uuid.uuid4()) for _ in range(ORDERS)]
    turns = random.sample([index for index, one in enumerate(stories) for _ in one], sum(map(len, stories)))
    async with producer(kafka) as sender:
        for turn in turns:
            message = stories[turn].pop(0)
            await sender.send(TOPIC, message.data, key=message.key.encode(), headers=message.headers())
    return len(turns)


async def read_and_decode(source: Source, count: int) -> None:
    """The peer."""
    async with source.read({}) as reader:
        while count > 0:
            records = await reader.batch(1)
            for record in records:
                read(record).event()
            count -= len(records)


async def follow_and_rebuild(servers: Servers, source: Source, rows_in_memory: int) -> dict[str, float]:
    """Seconds to follow every message on an empty database, then to rebuild, comparison included."""
    database = connect(servers.mongodb, f"bench_{uuid.uuid4().hex[:8]}")
    generations = Generations(Persistence(database, "bench", Clock()), PROJECTIONS)
    group = kafka_group("bench", source, servers.brokers)
    projector = Projector(generations, Lease(database, "projector", "bench"), source, group, rows_in_memory=rows_in_memory)
    await generations.prepare()
    working = asyncio.create_task(projector.run())

    async def followed() -> bool:
        rows = (await generations.current())["orders"]
        return await rows.count({"facts.completed_on": {"$exists": True}}) == ORDERS

    async def rebuilt() -> bool:
        return (await generations.head()).building is None

    taken = {"follow": await seconds_until(followed)}
    await generations.begin()
    taken["rebuild"] = await seconds_until(rebuilt)
    assert not (await generations.head()).found.differing
    await stop(working, grace=10)
    await database.drop()
    await database.close()
    return taken


async def seconds_until(true: Callable[[], Awaitable[bool]]) -> float:
    began = time.perf_counter()
    while not await true():
        await asyncio.sleep(0.05)
    return time.perf_counter() - began


async def measure(servers: Servers) -> dict[str, float]:
    """Messages a second of each way, and how many times longer than the peer each takes (medians)."""
    await create_topics(servers.brokers)
    count = await publish(servers.brokers)
    source = kafka_source([TOPIC], servers.brokers)
    taken: dict[str, list[float]] = {name: [] for name in ("peer", "follow", "rebuild", "rebuild_without_memory")}
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await read_and_decode(source, count)
        taken["peer"].append(time.perf_counter() - began)
        ours = await follow_and_rebuild(servers, source, 100_000)
        taken["follow"].append(ours["follow"])
        taken["rebuild"].append(ours["rebuild"])
        taken["rebuild_without_memory"].append((await follow_and_rebuild(servers, source, 0))["rebuild"])
    median = {name: statistics.median(times) for name, times in taken.items()}
    rates = {f"{name}_per_second": round(count / one) for name, one in median.items()}
    return {**rates, **{f"{name}_ratio": round(one / median["peer"], 2) for name, one in median.items() if name != "peer"}}


def main() -> None:
    """Start servers of its own, measure, print and write docs/benchmarks/rebuild.json."""
    with tempfile.TemporaryDirectory(prefix="etabli-bench-") as folder, running_servers(Path(folder)) as servers:
        found = asyncio.run(measure(servers))
    for name, one in found.items():
        print(f"{name:>32} : {one}")
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
