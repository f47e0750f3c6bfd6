"""A mongod that starts, freezes, crashes and comes back: a failure of a server, never ours, told within seconds."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from time import perf_counter

import pytest

from shared.kernel.caller import SYSTEM
from shared.kernel.clock import Clock
from shared.persistence.failures import Away
from shared.persistence.mongo import Session, connect
from shared.persistence.repository import Repository
from shared.persistence.transaction import Persistence
from tests.conftest import A_MORNING, DRIVER
from tests.own_mongod import Mongod
from tests.persistence.builders import TOYS, accept, receive


async def test_a_connection_made_while_mongod_starts_is_dropped_and_transactions_go_on(not_started: Mongod) -> None:
    not_started.process.start()
    database = connect(not_started.url_whatever_its_state, "test", driver=DRIVER)
    persistence = Persistence(database, "test", Clock(A_MORNING))
    documents, id = Repository(persistence, TOYS), uuid.uuid4()
    while not await answers(lambda: database.command({"ping": 1})):  # here is the connection that has no sessions
        await asyncio.sleep(0.02)
    await asyncio.to_thread(not_started.process.wait_ready)

    async def work(session: Session) -> None:
        await documents.within(session).acting(SYSTEM).create(id, receive, id=id, school="dole")

    await persistence.transaction(work, id)
    assert (await documents.acting(SYSTEM).get(id)).school == "dole"
    await database.close()


async def answers(verb: Callable[[], Awaitable[object]]) -> bool:
    try:
        await verb()
    except Away:
        return False
    return True


async def test_whoever_asks_a_frozen_mongod_is_told_within_seconds(own: Mongod, own_persistence: Persistence) -> None:
    documents, id = Repository(own_persistence, TOYS), uuid.uuid4()
    await documents.acting(SYSTEM).create(id, receive, id=id, school="dole")

    async def work(session: Session) -> None:
        await documents.within(session).acting(SYSTEM).decide(id, accept)

    with own.frozen():
        began = perf_counter()
        queries = [
            own_persistence.database.command({"ping": 1}),
            *(documents.acting(SYSTEM).decide(id, accept) for _ in range(20)),
            *(documents.acting(SYSTEM).find({}) for _ in range(20)),
            *(own_persistence.transaction(work, id) for _ in range(20)),
        ]
        outcomes = await asyncio.gather(*queries, return_exceptions=True)
        seconds = perf_counter() - began
    print(f"\n{len(queries)} asked a frozen mongod, all told after {seconds:.1f} s")
    assert {type(outcome) for outcome in outcomes} == {Away}
    assert seconds < 10  # 4 to 5 here; 20 to 30 without a time limit
    async with asyncio.timeout(30):
        while not await answers(lambda: documents.acting(SYSTEM).decide(id, accept)):
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("rank", range(2))
async def test_a_crash_under_load_raises_nothing_but_that_the_server_is_away(
    own: Mongod, own_persistence: Persistence, rank: int
) -> None:
    documents, ids, ended = Repository(own_persistence, TOYS), [uuid.uuid4() for _ in range(8)], asyncio.Event()
    for id in ids:
        await documents.acting(SYSTEM).create(id, receive, id=id, school="dole")
    done = dict.fromkeys(ids, 0)

    async def transact(id: uuid.UUID) -> None:
        async def work(session: Session) -> None:
            await documents.within(session).acting(SYSTEM).decide(id, accept)

        await own_persistence.transaction(work, id)

    async def goes_on(id: uuid.UUID, alone: bool) -> None:
        while not ended.is_set():
            if await answers(lambda: documents.acting(SYSTEM).decide(id, accept) if alone else transact(id)):
                done[id] += 1
            else:
                await asyncio.sleep(0.05)

    async with asyncio.TaskGroup() as tasks:
        for number, id in enumerate(ids):
            tasks.create_task(goes_on(id, alone=number % 2 == 0))
        await asyncio.sleep(0.5 + rank / 10)
        await asyncio.to_thread(own.process.restart)
        before = dict(done)
        async with asyncio.timeout(60):
            while any(done[id] <= before[id] for id in ids):
                await asyncio.sleep(0.1)
        ended.set()
    for id in ids:
        assert (await documents.acting(SYSTEM).get(id)).accepted >= done[id]  # whatever was answered is there


@pytest.mark.slow
async def test_what_a_killed_process_had_begun_lets_go_within_seconds(own: Mongod, own_persistence: Persistence) -> None:
    documents, id = Repository(own_persistence, TOYS), uuid.uuid4()
    await documents.acting(SYSTEM).create(id, receive, id=id, school="dole")
    killed = Persistence(connect(own.url, "test", driver=DRIVER), "test", Clock(A_MORNING))

    async def work(session: Session) -> None:
        await Repository(killed, TOYS).within(session).acting(SYSTEM).decide(id, accept)
        await killed.database.close()  # nothing more is sent: neither a commit nor an abort
        raise Away

    with pytest.raises(Away):
        await killed.transaction(work, id)
    began = perf_counter()
    while not await answers(lambda: documents.acting(SYSTEM).decide(id, accept)):
        assert perf_counter() - began < 30  # 4 to 8 here, a minute by default
    assert (await documents.acting(SYSTEM).get(id)).accepted == 1
    print(f"\na transaction left open let go after {perf_counter() - began:.1f} s")
