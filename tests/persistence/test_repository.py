"""One write for state, outbox and inbox; one tenant never sees another's."""

import asyncio
import uuid
from collections.abc import Sequence

import pytest
from pydantic import BaseModel

from shared.events import Event
from shared.events.message import Message, message_of
from shared.kernel.caller import Caller
from shared.kernel.errors import Invalid, NotFound, Refused
from shared.persistence.mongo import Session
from shared.persistence.repository import Clash, Persistence, Repository
from tests.conftest import A_MORNING
from tests.persistence.builders import Toy, a_school, accept, evolve, receive, scope

DOLE = Caller("x", "school", "dole", "head")
BESANCON = Caller("y", "school", "besancon", "head")


def toys(persistence: Persistence) -> Repository[Toy]:
    return persistence.repository("toys", Toy, evolve, scope)


def heard(sequence: int, source: str = "/elsewhere/things/1", key: str = "k") -> Message:
    message = message_of(a_school(), source=source, sequence=sequence, time=A_MORNING)
    return Message(**{**vars(message), "key": key})


async def test_a_decision_saves_the_state_and_what_it_tells_in_order(persistence: Persistence) -> None:
    documents, id = toys(persistence), uuid.uuid4()
    await documents.create(id, DOLE, receive, id=id, school="dole")
    await documents.decide(id, DOLE, accept)
    found = await documents.collection.find_one({"_id": str(id)})
    assert found is not None
    assert found["state"] == {"id": str(id), "school": "dole", "accepted": 1}
    told = [(entry["sequence"], entry["type"], entry["source"], entry["key"]) for entry in found["outbox"]]
    assert told == [
        (1, "fr.etabli.production.order.received.v1", f"/test/toys/{id}", str(id)),
        (2, "fr.etabli.production.order.accepted.v1", f"/test/toys/{id}", str(id)),
    ]


async def test_concurrent_decisions_are_each_taken_once_on_the_state_that_the_other_left(persistence: Persistence) -> None:
    documents, id = toys(persistence), uuid.uuid4()
    await documents.create(id, DOLE, receive, id=id, school="dole")
    answers = await asyncio.gather(*(documents.decide(id, DOLE, accept, at_most=7) for _ in range(15)), return_exceptions=True)
    assert sum(isinstance(answer, Refused) for answer in answers) == 8
    found = await documents.collection.find_one({"_id": str(id)})
    assert found is not None
    assert found["state"]["accepted"] == 7
    assert [entry["sequence"] for entry in found["outbox"]] == list(range(1, 9))


async def test_a_message_is_heard_once_by_each_document(persistence: Persistence) -> None:
    documents, one, two = toys(persistence), uuid.uuid4(), uuid.uuid4()
    for id in (one, two):
        await documents.create(id, DOLE, receive, id=id, school="dole")
    for _ in range(3):
        await documents.decide(one, heard(4), accept)
        await documents.decide(two, heard(4), accept)
    assert [(await documents.get(id, by="service")).accepted for id in (one, two)] == [1, 1]


async def test_a_message_that_comes_after_its_successor_is_not_heard(persistence: Persistence) -> None:
    documents, id = toys(persistence), uuid.uuid4()
    await documents.create(id, DOLE, receive, id=id, school="dole")
    await documents.decide(id, heard(9), accept)
    await documents.decide(id, heard(8), accept)
    assert (await documents.get(id, by="service")).accepted == 1


async def test_guards_are_per_source_and_key(persistence: Persistence) -> None:
    documents, id = toys(persistence), uuid.uuid4()
    await documents.create(id, DOLE, receive, id=id, school="dole")
    await documents.decide(id, heard(9), accept)
    await documents.decide(id, heard(1, source="/elsewhere/things/2"), accept)
    await documents.decide(id, heard(1, key="another"), accept)
    assert (await documents.get(id, by="service")).accepted == 3


async def test_a_message_that_changes_nothing_is_remembered_all_the_same(persistence: Persistence) -> None:
    def nothing(_toy: BaseModel) -> Sequence[Event]:
        return []

    documents, id = toys(persistence), uuid.uuid4()
    await documents.create(id, DOLE, receive, id=id, school="dole")
    await documents.decide(id, heard(5), nothing)
    await documents.decide(id, heard(4), accept)
    assert (await documents.get(id, by="service")).accepted == 0


async def test_anothers_document_does_not_exist(persistence: Persistence) -> None:
    documents, id = toys(persistence), uuid.uuid4()
    await documents.create(id, DOLE, receive, id=id, school="dole")
    with pytest.raises(NotFound):
        await documents.get(id, by=BESANCON)
    with pytest.raises(NotFound):
        await documents.decide(id, BESANCON, accept)
    with pytest.raises(NotFound):
        await documents.create(id, BESANCON, receive, id=id, school="besancon")
    assert await documents.find({}, by=BESANCON) == []
    assert await documents.count({}, by=BESANCON) == 0
    assert await documents.find({}, by=Caller("z", "region", "", "reader")) == []
    assert len(await documents.find({}, by=DOLE)) == 1


async def test_nobody_creates_a_document_for_another_tenant(persistence: Persistence) -> None:
    id = uuid.uuid4()
    with pytest.raises(NotFound):
        await toys(persistence).create(id, DOLE, receive, id=id, school="besancon")
    assert await toys(persistence).count({}, by="service") == 0


async def test_the_same_request_again_gives_the_same_document_and_another_is_refused(persistence: Persistence) -> None:
    documents, id = toys(persistence), uuid.uuid4()
    for _ in range(2):
        await documents.create_once(id, DOLE, "print", receive, id=id, school="dole")
    with pytest.raises(Invalid, match="key_reused"):
        await documents.create_once(id, DOLE, "other print", receive, id=id, school="dole")
    assert (await documents.collection.find_one({"_id": str(id)}))["outbox"][-1]["sequence"] == 1  # type: ignore[index]


async def test_two_documents_change_together_or_not_at_all(persistence: Persistence) -> None:
    documents, one, two = toys(persistence), uuid.uuid4(), uuid.uuid4()
    for id in (one, two):
        await documents.create(id, DOLE, receive, id=id, school="dole")

    async def both(session: Session) -> None:
        inside = documents.within(session)
        await inside.decide(one, DOLE, accept)
        await inside.decide(two, DOLE, accept, at_most=0)

    with pytest.raises(Refused):
        await persistence.transaction(both)
    assert (await documents.get(one, by="service")).accepted == 0


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
