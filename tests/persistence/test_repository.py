"""One write for state, outbox and inbox; one tenant never sees another's."""

import asyncio
import uuid
from collections.abc import Sequence

import pytest
from pydantic import BaseModel

from shared.events import Event
from shared.events.message import Message, message_of
from shared.kernel.caller import SYSTEM, Caller
from shared.kernel.errors import Invalid, NotFound, Refused
from shared.persistence.repository import Repository
from shared.persistence.transaction import Persistence
from tests.conftest import A_MORNING
from tests.persistence.builders import TOYS, Toy, a_school, accept, receive

DOLE = Caller("x", "school", "dole", "head")
BESANCON = Caller("y", "school", "besancon", "head")


def toys(persistence: Persistence) -> Repository[Toy, Event]:
    return Repository(persistence, TOYS)


async def one_toy(persistence: Persistence) -> tuple[Repository[Toy, Event], uuid.UUID]:
    """The toys' repository, and one that it holds."""
    documents, id = toys(persistence), uuid.uuid4()
    await documents.acting(DOLE).create(id, receive, id=id, school="dole")
    return documents, id


def a_message(sequence: int, source: str = "/elsewhere/things/1", key: str = "k") -> Message:
    message = message_of(a_school(), source=source, sequence=sequence, time=A_MORNING)
    return Message(**{**vars(message), "key": key})


async def test_a_decision_saves_the_state_and_what_it_tells_in_order(persistence: Persistence) -> None:
    documents, id = await one_toy(persistence)
    await documents.acting(DOLE).decide(id, accept)
    found = await documents.collection.find_one({"_id": str(id)})
    assert found is not None
    assert found["state"] == {"id": str(id), "school": "dole", "accepted": 1}
    outbox = [(entry["sequence"], entry["type"], entry["source"], entry["key"]) for entry in found["outbox"]]
    assert outbox == [
        (1, "fr.etabli.production.order.received.v1", f"/production/toys/{id}", str(id)),
        (2, "fr.etabli.production.order.accepted.v1", f"/production/toys/{id}", str(id)),
    ]


async def test_concurrent_decisions_are_each_taken_once_on_the_state_that_the_other_left(persistence: Persistence) -> None:
    documents, id = await one_toy(persistence)
    answers = await asyncio.gather(
        *(documents.acting(DOLE).decide(id, accept, at_most=7) for _ in range(15)), return_exceptions=True
    )
    assert sum(isinstance(answer, Refused) for answer in answers) == 8
    found = await documents.collection.find_one({"_id": str(id)})
    assert found is not None
    assert found["state"]["accepted"] == 7
    assert [entry["sequence"] for entry in found["outbox"]] == list(range(1, 9))


async def test_a_message_is_heard_once_by_each_document(persistence: Persistence) -> None:
    documents, one, two = toys(persistence), uuid.uuid4(), uuid.uuid4()
    for id in (one, two):
        await documents.acting(DOLE).create(id, receive, id=id, school="dole")
    for _ in range(3):
        await documents.acting(SYSTEM, cause=a_message(4)).decide(one, accept)
        await documents.acting(SYSTEM, cause=a_message(4)).decide(two, accept)
    assert [(await documents.acting(SYSTEM).get(id)).accepted for id in (one, two)] == [1, 1]


async def test_a_message_that_comes_after_its_successor_is_not_heard(persistence: Persistence) -> None:
    documents, id = await one_toy(persistence)
    await documents.acting(SYSTEM, cause=a_message(9)).decide(id, accept)
    await documents.acting(SYSTEM, cause=a_message(8)).decide(id, accept)
    assert (await documents.acting(SYSTEM).get(id)).accepted == 1


async def test_guards_are_per_source_and_key(persistence: Persistence) -> None:
    documents, id = await one_toy(persistence)
    await documents.acting(SYSTEM, cause=a_message(9)).decide(id, accept)
    await documents.acting(SYSTEM, cause=a_message(1, source="/elsewhere/things/2")).decide(id, accept)
    await documents.acting(SYSTEM, cause=a_message(1, key="another")).decide(id, accept)
    assert (await documents.acting(SYSTEM).get(id)).accepted == 3


async def test_a_message_that_changes_nothing_is_remembered_all_the_same(persistence: Persistence) -> None:
    def nothing(_toy: BaseModel) -> Sequence[Event]:
        return []

    documents, id = await one_toy(persistence)
    await documents.acting(SYSTEM, cause=a_message(5)).decide(id, nothing)
    await documents.acting(SYSTEM, cause=a_message(4)).decide(id, accept)
    assert (await documents.acting(SYSTEM).get(id)).accepted == 0


async def test_anothers_document_does_not_exist(persistence: Persistence) -> None:
    documents, id = await one_toy(persistence)
    with pytest.raises(NotFound):
        await documents.acting(BESANCON).get(id)
    with pytest.raises(NotFound):
        await documents.acting(BESANCON).decide(id, accept)
    with pytest.raises(NotFound):
        await documents.acting(BESANCON).create(id, receive, id=id, school="besancon")
    assert await documents.acting(BESANCON).find({}) == []
    assert await documents.acting(BESANCON).count({}) == 0
    assert await documents.acting(Caller("z", "region", "", "reader")).find({}) == []
    assert len(await documents.acting(DOLE).find({})) == 1


async def test_nobody_creates_a_document_for_another_tenant(persistence: Persistence) -> None:
    id = uuid.uuid4()
    with pytest.raises(NotFound):
        await toys(persistence).acting(DOLE).create(id, receive, id=id, school="besancon")
    assert await toys(persistence).acting(SYSTEM).count({}) == 0


async def test_the_same_request_again_gives_the_same_document_and_another_is_refused(persistence: Persistence) -> None:
    documents, id = toys(persistence), uuid.uuid4()
    for _ in range(2):
        await documents.acting(DOLE).create_once(id, "print", receive, id=id, school="dole")
    with pytest.raises(Invalid, match="key_reused"):
        await documents.acting(DOLE).create_once(id, "other print", receive, id=id, school="dole")
    assert (await documents.collection.find_one({"_id": str(id)}))["outbox"][-1]["sequence"] == 1  # type: ignore[index]
