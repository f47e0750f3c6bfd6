"""What mongod says that it was asked for: majorities and the journal, by its own profiler."""

import asyncio
import uuid
from collections.abc import Mapping
from typing import Any

from shared.kernel.caller import SYSTEM, Caller
from shared.kernel.retry import stop
from shared.messaging.relay import Relay
from shared.persistence.mongo import Database, Session
from shared.persistence.repository import Repository
from shared.persistence.transaction import Persistence
from tests.persistence.builders import TOYS, accept, receive
from tests.persistence.profiling import ALL, NONE, profile, profiled

DOLE = Caller("x", "school", "dole", "head")


async def test_writes_wait_for_a_majority_and_its_journals(persistence: Persistence, database: Database) -> None:
    id = uuid.uuid4()
    await profile(database, ALL)
    await Repository(persistence, TOYS).acting(DOLE).create(id, receive, id=id, school="dole")
    await profile(database, NONE)
    [insert] = await profiled(database, "insert", "toys")
    concern = insert["writeConcern"]
    assert (concern["w"], concern["j"], concern["provenance"]) == ("majority", True, "clientSupplied")


async def test_a_transaction_s_commit_waits_for_a_majority_and_its_journals(persistence: Persistence, database: Database) -> None:
    async def work(session: Session) -> Mapping[str, Any]:
        options = session.native.options.default_transaction_options  # none of its own: those of the client
        assert options is None
        return session.client.write_concern.document

    assert await persistence.transaction(work) == {"w": "majority", "j": True}


async def test_people_read_what_a_majority_keeps_and_decisions_what_is_there(
    persistence: Persistence, database: Database
) -> None:
    toys, id = Repository(persistence, TOYS), uuid.uuid4()
    await toys.acting(DOLE).create(id, receive, id=id, school="dole")
    await profile(database, ALL)
    await toys.acting(DOLE).get(id)
    await toys.acting(SYSTEM).get(id)
    await toys.acting(DOLE).decide(id, accept)
    await profile(database, NONE)
    levels = [one["readConcern"]["level"] for one in await profiled(database, "query", "toys")]
    assert levels == ["majority", "local", "local"]


class Unheard:
    """A producer whom nothing is given to send."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def send(self, topic: str, value: bytes, *, key: bytes, headers: list[tuple[str, bytes]]) -> Any:
        raise AssertionError


async def test_the_relay_publishes_what_a_majority_keeps(persistence: Persistence, database: Database) -> None:
    Repository(persistence, TOYS)
    await database.create_collections()
    await profile(database, ALL)
    relaying = asyncio.create_task(Relay(persistence, producer=Unheard, holder="one", max_backoff=0.5).run())
    async with asyncio.timeout(30):
        while not (found := await profiled(database, "query", "toys")):
            await asyncio.sleep(0.05)
    assert await stop(relaying, grace=10)
    await profile(database, NONE)
    assert {one["readConcern"]["level"] for one in found} == {"majority"}
