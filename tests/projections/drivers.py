"""Two projectors on one database, one of which falls asleep: a database whose chosen write waits until it is let go."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from aiokafka import TopicPartition

from deploy.local.servers import Servers
from shared.events.message import Message
from shared.kernel.clock import real_now
from shared.kernel.retry import stop
from shared.messaging.kafka import consumer, producer
from shared.messaging.topics import PARTITIONS
from shared.persistence.lease import Lease
from shared.persistence.mongo import Collection, Database
from shared.persistence.transaction import Persistence
from shared.projections.group import kafka_group
from shared.projections.projection import as_of
from shared.projections.projector import Projector
from shared.projections.read_model import Stored
from shared.projections.source import BATCH, Source
from shared.projections.tables import Generations, Head
from tests.conftest import DRIVER
from tests.projections.builders import orders

T = TypeVar("T")


At = Callable[[str, str, Sequence[Any]], bool]
"""Whether a write (its collection, its verb, what it is given) is the one."""


class Sleep:
    """Falls asleep at the nth write of a kind, before or after MongoDB has it, until it is woken."""

    def __init__(self, at: At, *, nth: int = 1, after: bool = False) -> None:
        self.asleep = asyncio.Event()
        self.wake = asyncio.Event()
        self._at = at
        self._left = nth
        self._after = after

    def over(self, database: Database, servers: Servers) -> Database:
        """The same database, for who will fall asleep on it."""
        return _Database(servers.mongodb, database.name, self)

    async def around(self, collection: str, verb: str, write: Callable[..., Any], *args: Any, **options: Any) -> Any:
        such = self._at(collection, verb, args)
        self._left -= such
        chosen = such and self._left == 0
        if chosen and not self._after:
            await self._sleep()
        done = await write(*args, **options)
        if chosen and self._after:
            await self._sleep()
        return done

    async def _sleep(self) -> None:
        self.asleep.set()
        await self.wake.wait()


class _Database(Database):
    def __init__(self, url: str, name: str, sleep: Sleep) -> None:
        super().__init__(url, name, driver=DRIVER)
        self._sleep = sleep

    def __getitem__(self, name: str) -> Collection:
        return _Collection(self, name, self._sleep)


class _Collection(Collection):
    def __init__(self, database: Database, name: str, sleep: Sleep) -> None:
        super().__init__(database, name)
        self._sleep = sleep

    async def update(self, *args: Any, **options: Any) -> Any:
        return await self._sleep.around(self.name, "update", super().update, *args, **options)

    async def insert(self, *args: Any, **options: Any) -> None:
        await self._sleep.around(self.name, "insert", super().insert, *args, **options)

    async def bulk(self, *args: Any, **options: Any) -> int:
        return int(await self._sleep.around(self.name, "bulk", super().bulk, *args, **options))

    async def delete(self, *args: Any, **options: Any) -> int:
        return int(await self._sleep.around(self.name, "delete", super().delete, *args, **options))

    async def drop(self) -> None:
        await self._sleep.around(self.name, "drop", super().drop)


def a_projector(
    persistence: Persistence,
    servers: Servers,
    *,
    holder: str = "one",
    limit: int = BATCH,
    source: Any = None,
    rows_in_memory: int = 1_000,
) -> Projector:
    """A projector of toy rows. `limit`: messages in a batch."""
    source = source or Source(["etabli.production"], partial(consumer, servers.brokers, fetch_max_wait_ms=100), limit=limit)
    group = kafka_group(group_of(persistence), source, servers.brokers)
    lease = Lease(persistence.database, "projector", holder)
    generations = Generations(persistence, [orders])
    return Projector(generations, lease, source, group, max_backoff=0.5, rows_in_memory=rows_in_memory)


def group_of(persistence: Persistence) -> str:
    return f"projection-{persistence.database.name}"


@asynccontextmanager
async def running(projector: Projector) -> AsyncIterator[Projector]:
    """A projector at work."""
    await projector.generations.prepare()
    task = asyncio.create_task(projector.run())
    try:
        yield projector
    finally:
        assert await stop(task, grace=20)


@asynccontextmanager
async def keeping(projector: Projector) -> AsyncIterator[Projector]:
    """A projector at work, once it is the one that keeps the rows."""
    async with running(projector):
        async with asyncio.timeout(60):
            while not projector._lease.term:
                await asyncio.sleep(0.02)
        yield projector


async def publish(servers: Servers, messages: Sequence[Message]) -> None:
    async with producer(servers.brokers) as sender:
        sent = [
            await sender.send("etabli.production", message.data, key=message.key.encode(), headers=message.headers())
            for message in messages
        ]
        await asyncio.gather(*sent)


async def until(found: Callable[[], Awaitable[T]], *, within: float = 60) -> T:
    """Wait for something true."""
    async with asyncio.timeout(within):
        while not (it := await found()):
            await asyncio.sleep(0.02)
        return it


async def row_of(projector: Projector, id: UUID, accepted_on: str = "2025-09-03") -> Stored:
    """The row of an order, once it was accepted on that day as far as the rows know that are read."""

    async def row() -> Stored | None:
        generation = await projector.generations.current()
        found = await generation["toy_orders"].find_one({"_id": str(id)})
        return found if found and as_of(found, None).get("accepted_on") == accepted_on else None

    found = await until(row)
    assert found is not None
    return found


async def rebuild(projector: Projector) -> Head:
    """Ask for a rebuild, and wait for its end."""
    await projector.generations.begin()
    return await rebuilt(projector)


async def rebuilt(projector: Projector) -> Head:
    """Wait for the end of a rebuild."""

    async def done() -> Head | None:
        head = await projector.generations.head()
        return head if head.building is None else None

    head = await until(done)
    assert head is not None
    return head


async def take_lease_away(persistence: Persistence) -> None:
    """As time would: the lease has run out."""
    past = {"$set": {"until": real_now() - timedelta(hours=1)}}
    await persistence.database["leases"].update({"_id": "projector"}, past)


async def committed(persistence: Persistence, servers: Servers) -> dict[str, int]:
    """What the projectors' group has committed in Kafka, by partition."""
    async with consumer(servers.brokers, group_id=group_of(persistence)) as client:
        found = {number: await client.committed(TopicPartition("etabli.production", number)) for number in range(PARTITIONS)}
        return {f"etabli.production/{number}": offset or 0 for number, offset in found.items()}


async def ends(servers: Servers) -> dict[str, int]:
    """Where the next message told will be, by partition."""
    async with consumer(servers.brokers) as client:
        found = await client.end_offsets([TopicPartition("etabli.production", number) for number in range(PARTITIONS)])
        return {f"{tp.topic}/{tp.partition}": offset for tp, offset in found.items()}
