"""What is in an outbox is told, in order, at least once."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from deploy.local.servers import Servers
from shared.events.message import Message, read
from shared.kernel.caller import Caller
from shared.kernel.retry import stop
from shared.messaging.kafka import consumer, producer
from shared.messaging.relay import Relay
from shared.messaging.wire.records import record_of
from shared.persistence.repository import Repository
from shared.persistence.transaction import Persistence
from tests.persistence.builders import TOYS, accept, receive

DOLE = Caller("x", "school", "dole", "head")


@asynccontextmanager
async def relaying(persistence: Persistence, servers: Servers, holder: str = "one") -> AsyncIterator[Relay]:
    relay = Relay(persistence, producer=partial(producer, servers.brokers), holder=holder, max_backoff=0.5)
    task = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        assert await stop(task, grace=10)


async def published(servers: Servers, keys: set[str], count: int) -> list[Message]:
    """The first `count` messages on these keys, in the order of each partition."""
    async with consumer(servers.brokers) as reader:
        reader.subscribe(["etabli.production"])
        found: list[Message] = []
        async with asyncio.timeout(60):
            while len(found) < count:
                batches = await reader.getmany(timeout_ms=200)
                records = [record for batch in batches.values() for record in batch if record.key.decode() in keys]
                found += [read(record_of(record)) for record in records]
        return found


async def test_every_event_is_told_once_in_the_order_of_its_document(persistence: Persistence, servers: Servers) -> None:
    documents = Repository(persistence, TOYS)
    ids = [uuid.uuid4() for _ in range(30)]
    async with relaying(persistence, servers) as relay:
        for id in ids:
            await documents.acting(DOLE).create(id, receive, id=id, school="dole")
        for _ in range(4):
            await asyncio.gather(*(documents.acting(DOLE).decide(id, accept) for id in ids))
        messages = await published(servers, {str(id) for id in ids}, 150)
        async with asyncio.timeout(60):
            while await relay.pending(10):
                await asyncio.sleep(0.05)
    for id in ids:
        assert [message.sequence for message in messages if message.key == str(id)] == [1, 2, 3, 4, 5]
    assert len({message.id for message in messages}) == 150


async def test_an_entry_that_cannot_be_sent_holds_back_its_own_document_and_no_other(
    persistence: Persistence, servers: Servers
) -> None:
    documents, bad, good = Repository(persistence, TOYS), uuid.uuid4(), uuid.uuid4()
    for id in (bad, good):
        await documents.acting(DOLE).create(id, receive, id=id, school="dole")
        await documents.acting(DOLE).decide(id, accept)
    too_large = {"$set": {"outbox.0.data": b"x" * 2_000_000}}
    await documents.collection.update({"_id": str(bad)}, too_large)
    async with relaying(persistence, servers):
        messages = await published(servers, {str(good), str(bad)}, 2)
        await asyncio.sleep(1)
    assert [(message.key, message.sequence) for message in messages] == [(str(good), 1), (str(good), 2)]
    left = await documents.collection.find_one({"_id": str(bad)})
    assert left is not None
    assert [entry["sequence"] for entry in left["outbox"]] == [1, 2]


async def test_what_was_told_but_not_yet_forgotten_is_told_again_and_nothing_is_lost(
    persistence: Persistence, servers: Servers
) -> None:
    documents, id = Repository(persistence, TOYS), uuid.uuid4()
    await documents.acting(DOLE).create(id, receive, id=id, school="dole")
    pending = await documents.collection.find_one({"_id": str(id)})
    assert pending is not None
    async with relaying(persistence, servers) as relay:
        await published(servers, {str(id)}, 1)
        async with asyncio.timeout(60):
            while await relay.pending(10):
                await asyncio.sleep(0.05)
        await documents.collection.update({"_id": str(id)}, {"$set": {"outbox": pending["outbox"]}})  # as if killed before
        messages = await published(servers, {str(id)}, 2)
    assert messages[0] == messages[1]


async def test_the_history_keeps_who_did_it_which_the_topic_does_not(persistence: Persistence, servers: Servers) -> None:
    documents, id = Repository(persistence, TOYS), uuid.uuid4()
    async with relaying(persistence, servers) as relay:
        await documents.acting(DOLE).create(id, receive, id=id, school="dole")
        (message,) = await published(servers, {str(id)}, 1)
        async with asyncio.timeout(60):
            while await relay.pending(10):
                await asyncio.sleep(0.05)
    entry = await persistence.database["history"].find_one({"_id": message.id})
    assert entry is not None
    assert entry["by"] == "school:dole x"
    assert b"school:dole x" not in message.data + b"".join(value for _, value in message.headers())


async def test_one_relay_at_a_time_holds_the_lease(persistence: Persistence, servers: Servers) -> None:
    documents, id = Repository(persistence, TOYS), uuid.uuid4()
    async with relaying(persistence, servers, "first"):
        await documents.acting(DOLE).create(id, receive, id=id, school="dole")
        await published(servers, {str(id)}, 1)
        async with relaying(persistence, servers, "second"):
            await asyncio.sleep(0.5)
            held = await persistence.database["leases"].find_one({"_id": "relay"})
    assert held is not None
    assert held["holder"] == "first"


async def test_only_documents_with_something_to_tell_are_in_the_outbox_index(persistence: Persistence, servers: Servers) -> None:
    documents, id = Repository(persistence, TOYS), uuid.uuid4()
    await documents.collection.index("outbox.at", sparse=True)
    async with relaying(persistence, servers) as relay:
        await documents.acting(DOLE).create(id, receive, id=id, school="dole")
        async with asyncio.timeout(60):
            while await relay.pending(10):
                await asyncio.sleep(0.05)
    pending = {"outbox.at": {"$gt": persistence.clock.now().replace(year=1970)}}
    plan = await persistence.database.command({"explain": {"find": "toys", "filter": pending}})
    assert "IXSCAN" in str(plan["queryPlanner"]["winningPlan"])
    assert plan["executionStats"]["totalKeysExamined"] == 0
