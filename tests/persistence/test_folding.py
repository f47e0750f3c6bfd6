"""A document taken past what it told: the same as the one that was lost, by the log alone."""

import uuid
from dataclasses import replace
from typing import Any

from shared.events.message import Message
from shared.kernel.caller import SYSTEM
from shared.messaging.sending import FIELDS
from shared.persistence.folding import Told, fold
from shared.persistence.repository import Repository
from shared.persistence.transaction import Persistence
from shared.persistence.writes import Row
from tests.conftest import A_MORNING
from tests.persistence.builders import TOYS, accept, receive
from tests.persistence.test_repository import a_message


async def a_life(persistence: Persistence) -> tuple[str, list[Row], list[Told]]:
    """A toy: its id, how it was stored after each of four decisions, and what it told."""
    toys, id = Repository(persistence, TOYS), uuid.uuid4()
    stored = []
    for cause in (None, a_message(3), a_message(5), a_message(1, key="other")):
        acting = toys.acting(SYSTEM, cause=cause)
        await (acting.create(id, receive, id=id, school="dole") if cause is None else acting.decide(id, accept))
        stored.append(await toys.collection.find_one({"_id": str(id)}) or {})
    return str(id), stored, [_told(entry) for entry in stored[-1]["outbox"]]


def _told(entry: dict[str, Any]) -> Told:
    return Told(Message(**{name: entry[name] for name in (*FIELDS, "cause")}), entry["topic"], A_MORNING)


def kept(row: Row) -> Row:
    return {name: row[name] for name in ("_id", "state", "sequence", "inbox")}


async def test_from_any_moment_on_it_ends_as_the_one_that_was_lost(persistence: Persistence) -> None:
    id, stored, told = await a_life(persistence)
    for before in (None, *stored):
        folded = fold(TOYS, id, before, told)
        assert kept(folded.row) == kept(stored[-1])
        assert (folded.row["outbox"], folded.wrong) == ([], [])


async def test_what_was_still_to_be_published_stays_so_but_what_the_log_has(persistence: Persistence) -> None:
    id, stored, told = await a_life(persistence)
    folded = fold(TOYS, id, stored[-1], told[:2])
    assert [entry["sequence"] for entry in folded.row["outbox"]] == [3, 4]
    assert [entry["sequence"] for entry in folded.history] == [1, 2]
    assert folded.row["sequence"] == 4


async def test_a_hole_and_what_was_written_by_hand_give_no_number_twice(persistence: Persistence) -> None:
    id, stored, told = await a_life(persistence)
    forged = replace(told[3], message=replace(told[3].message, sequence=10_000, data=b"{}", id="forged"))
    folded = fold(TOYS, id, stored[0], [told[1], told[3], forged])
    assert folded.row["sequence"] == 10_000
    assert folded.row["state"]["accepted"] == 2
    assert folded.wrong == ["forged"]


async def test_what_was_heard_before_the_loss_is_not_heard_again(persistence: Persistence) -> None:
    id, stored, told = await a_life(persistence)
    toys = Repository(persistence, TOYS)
    folded = fold(TOYS, id, stored[0], told).row
    await toys.collection.delete({"_id": id})
    await toys.collection.insert({**folded, "outbox": []})
    for sequence in (3, 4, 5):
        await toys.acting(SYSTEM, cause=a_message(sequence)).decide(uuid.UUID(id), accept)
    assert (await toys.acting(SYSTEM).get(id)).accepted == 3
    await toys.acting(SYSTEM, cause=a_message(6)).decide(uuid.UUID(id), accept)
    assert (await toys.acting(SYSTEM).get(id)).accepted == 4


async def test_what_was_published_but_not_yet_noted_keeps_who_did_it(persistence: Persistence) -> None:
    """Published before the barrier, taken out of the outbox after it: the log from the barrier on no longer has it."""
    id, stored, told = await a_life(persistence)
    folded = fold(TOYS, id, stored[1], told[2:])
    known = [(entry["sequence"], entry["by"]) for entry in stored[1]["outbox"]]
    assert [(entry["sequence"], entry["by"]) for entry in folded.history] == [*known, (3, "restored"), (4, "restored")]
    assert folded.row["outbox"] == []
