"""What answers a client rests on what a majority keeps, « nothing to do » included: a crash right after takes nothing back."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Sequence

import pytest

from shared.events import Event
from shared.events.message import Message, message_of
from shared.kernel.caller import SYSTEM, Caller
from shared.kernel.errors import Invalid, Refused
from shared.persistence.failures import Away
from shared.persistence.inbox import Inbox
from shared.persistence.mongo import Session
from shared.persistence.once import create_once
from shared.persistence.repository import Repository
from shared.persistence.transaction import Persistence
from tests.conftest import A_MORNING
from tests.own_mongod import Mongod
from tests.persistence.builders import TOYS, Toy, a_school, receive

DOLE = Caller("x", "school", "dole", "head")
A_MESSAGE: Message = message_of(a_school(), source="/elsewhere/things/1", sequence=4, time=A_MORNING)


def nothing(_toy: Toy) -> Sequence[Event]:
    return []


async def created_again(persistence: Persistence, id: uuid.UUID) -> object:
    return await Repository(persistence, TOYS).acting(DOLE).create_once(id, "print", receive, id=id, school="dole")


async def decided_for_nothing(persistence: Persistence, id: uuid.UUID) -> object:
    return await Repository(persistence, TOYS).acting(DOLE).decide(id, nothing)


async def handled_again(persistence: Persistence, id: uuid.UUID) -> object:
    return await Repository(persistence, TOYS).acting(SYSTEM, cause=A_MESSAGE).decide(id, nothing)


async def decided_for_nothing_in_a_transaction(persistence: Persistence, id: uuid.UUID) -> object:
    async def work(session: Session) -> object:
        return await Repository(persistence, TOYS).within(session).acting(DOLE).decide(id, nothing)

    return await persistence.transaction(work, id)


async def created_once_again(persistence: Persistence, id: uuid.UUID) -> object:
    return await create_once(persistence.database["toys"], id, {"fingerprint": "print"}, same=("fingerprint",))


def refuse(_toy: Toy) -> Sequence[Event]:
    raise Refused("no", "Non.")


async def refused(persistence: Persistence, id: uuid.UUID) -> object:
    with pytest.raises(Refused):
        await Repository(persistence, TOYS).acting(DOLE).decide(id, refuse)
    return None


async def refused_in_a_transaction(persistence: Persistence, id: uuid.UUID) -> object:
    async def work(session: Session) -> object:
        return await Repository(persistence, TOYS).within(session).acting(DOLE).decide(id, refuse)

    with pytest.raises(Refused):
        await persistence.transaction(work, id)
    return None


async def created_as_another(persistence: Persistence, id: uuid.UUID) -> object:
    with pytest.raises(Invalid):
        await Repository(persistence, TOYS).acting(DOLE).create_once(id, "another print", receive, id=id, school="dole")
    return None


Again = Callable[[Persistence, uuid.UUID], Awaitable[object]]
AGAIN: list[Again] = [
    created_again, decided_for_nothing, handled_again, decided_for_nothing_in_a_transaction, created_once_again,
    refused, refused_in_a_transaction, created_as_another,
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("again", AGAIN)
async def test_what_a_request_asked_again_was_answered_survives_a_crash(
    own: Mongod, own_persistence: Persistence, again: Again
) -> None:
    database, id = own_persistence.database, uuid.uuid4()
    await database["toys"].insert({"_id": "first"})
    await keep_for_an_instant(own_persistence, id)
    await again(own_persistence, id)
    await asyncio.to_thread(own.process.restart)  # SIGKILL, at once
    async with asyncio.timeout(30):
        while (found := await looked_for(own_persistence, id)) is None:
            await asyncio.sleep(0.1)
    assert found == 1


async def looked_for(persistence: Persistence, id: uuid.UUID) -> int | None:
    """How many there are; None while mongod does not answer."""
    try:
        return await persistence.database["toys"].count({"_id": str(id)})
    except Away:
        return None


async def keep_for_an_instant(persistence: Persistence, id: uuid.UUID) -> None:
    """Another's first write, of which no majority (here: no journal) has heard yet."""
    toy = {
        "_id": str(id), "version": 1, "sequence": 0, "outbox": [], "inbox": dict(Inbox().after(A_MESSAGE).positions),
        "fingerprint": "print", "state": {"id": str(id), "school": "dole"},
    }  # fmt: skip
    barely = {"w": 1, "j": False}
    await persistence.database.command({"insert": "toys", "documents": [toy], "writeConcern": barely})
