"""Several documents or none, in line with everybody else, again after a clash, and an honest no when it is too much."""

import asyncio
import uuid
from functools import partial

import pytest

from shared.events import Event
from shared.kernel.caller import SYSTEM
from shared.kernel.clock import Clock
from shared.kernel.errors import Refused, Unavailable
from shared.persistence.failures import Clash
from shared.persistence.mongo import Database, Session
from shared.persistence.repository import Repository
from shared.persistence.transaction import Persistence
from tests.conftest import A_MORNING
from tests.persistence.builders import TOYS, Toy, accept, receive


def toys(persistence: Persistence) -> Repository[Toy, Event]:
    return Repository(persistence, TOYS)


async def a_toy(documents: Repository[Toy, Event]) -> uuid.UUID:
    id = uuid.uuid4()
    await documents.acting(SYSTEM).create(id, receive, id=id, school="dole")
    return id


async def accepted(documents: Repository[Toy, Event], id: uuid.UUID) -> int:
    return (await documents.acting(SYSTEM).get(id)).accepted


async def test_two_documents_change_together_or_not_at_all(persistence: Persistence) -> None:
    documents = toys(persistence)
    one, two = await a_toy(documents), await a_toy(documents)

    async def both(session: Session) -> None:
        inside = documents.within(session)
        await inside.acting(SYSTEM).decide(one, accept)
        await inside.acting(SYSTEM).decide(two, accept, at_most=0)

    with pytest.raises(Refused):
        await persistence.transaction(both, one, two)
    assert await accepted(documents, one) == 0


async def test_what_met_another_writer_in_a_transaction_is_done_again(persistence: Persistence) -> None:
    tries = 0

    async def work(_session: Session) -> int:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise Clash
        return tries

    assert await persistence.transaction(work) == 3
    assert persistence.outbox_changed.is_set()


async def test_decisions_and_transactions_on_a_document_never_meet_in_one_process(persistence: Persistence) -> None:
    documents = toys(persistence)
    id, there, most = await a_toy(documents), 0, 0

    async def work(session: Session) -> None:
        nonlocal there, most
        there, most = there + 1, max(most, there + 1)
        await documents.within(session).acting(SYSTEM).decide(id, accept)
        there -= 1

    transactions = (persistence.transaction(work, id) for _ in range(10))
    decisions = (documents.acting(SYSTEM).decide(id, accept) for _ in range(10))
    await asyncio.gather(*transactions, *decisions)
    assert await accepted(documents, id) == 20
    assert most == 1


async def test_processes_decide_each_on_what_the_other_left(database: Database) -> None:
    """Each process has its own queues: between them only the version that was read stands guard."""
    stores = [toys(Persistence(database, "test", Clock(A_MORNING), max_clashing=30)) for _ in range(4)]
    id = await a_toy(stores[0])
    await asyncio.gather(*(store.acting(SYSTEM).decide(id, accept) for store in stores for _ in range(10)))
    found = await stores[0].collection.find_one({"_id": str(id)})
    assert found is not None
    assert found["state"]["accepted"] == 40
    assert [entry["sequence"] for entry in found["outbox"]] == list(range(1, 42))


async def test_processes_that_clash_all_get_through(persistence: Persistence, database: Database) -> None:
    processes = [Persistence(database, "test", Clock(A_MORNING), max_clashing=30) for _ in range(4)]
    stores = [toys(process) for process in processes]
    id = await a_toy(stores[0])

    async def work(store: Repository[Toy, Event], session: Session) -> None:
        await store.within(session).acting(SYSTEM).decide(id, accept)

    async def transact(number: int) -> None:
        await processes[number % 4].transaction(partial(work, stores[number % 4]), id)

    decisions = (store.acting(SYSTEM).decide(id, accept) for store in stores for _ in range(5))
    await asyncio.gather(*map(transact, range(20)), *decisions)
    assert await accepted(stores[0], id) == 40


async def test_who_never_comes_through_is_told_that_it_is_busy(database: Database) -> None:
    persistence = Persistence(database, "test", Clock(A_MORNING), max_clashing=0.1)

    async def work(_session: Session) -> None:
        raise Clash

    with pytest.raises(Unavailable, match="busy"):
        await persistence.transaction(work)
