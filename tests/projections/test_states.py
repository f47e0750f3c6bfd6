"""A state folded message by message, under the same guard as facts: once, whatever comes late, twice or at the same time."""

import asyncio
import uuid
from itertools import permutations
from typing import Any

from shared.events.production import OrderStarted
from shared.persistence.transaction import Persistence
from shared.projections.live import LiveProjection
from tests.persistence.builders import A_DAY
from tests.projections.builders import Tally, cancelled_order, folded, message_about, messages_of, received_order, tallies

ID = uuid.UUID(int=1)


def tally(**overrides: Any) -> Tally:
    return Tally(**{"order_id": ID, "school": "dole", **overrides})


def test_a_state_counts_each_message_once() -> None:
    messages = messages_of(ID)
    row = folded(tallies, [*messages, *messages[1:], messages[-1]])[str(ID)]
    assert tallies.state_of(row) == tally(accepted=3)


def test_two_sources_of_one_row_are_guarded_apart() -> None:
    mine, theirs = message_about(cancelled_order(ID), 9), messages_of(ID)[1]
    other = message_about(theirs.event(), 1, source="/production/others/1")
    row = folded(tallies, [mine, other, theirs, other])[str(ID)]
    assert tallies.state_of(row) == tally(school=None, accepted=1, cancelled=True)
    assert row["inbox"] == {f"/production/orders/{ID} {ID}": 9, f"/production/others/1 {ID}": 1}


def test_what_never_changes_is_kept_even_when_it_comes_after_the_rest() -> None:
    accepted = message_about(messages_of(ID)[1].event(), 1)
    for order in permutations([message_about(received_order(ID), 0), accepted, message_about(received_order(ID), 0)]):
        assert tallies.state_of(folded(tallies, list(order))[str(ID)]) == tally(accepted=1)


def test_an_event_that_a_read_model_does_not_hear_changes_no_row() -> None:
    event = OrderStarted(order_id=ID, school="dole", on=A_DAY)
    assert tallies.changes(event, message_about(event, 1)) == ()


async def test_messages_heard_at_the_same_time_are_all_kept_each_once(persistence: Persistence) -> None:
    live = LiveProjection(tallies, persistence.database["tallies"])
    sources = [message_about(messages_of(ID)[1].event(), 1, source=f"/production/others/{n}") for n in range(8)]
    await asyncio.gather(*(live.apply(message) for message in (*sources, *sources)))
    row = await live.collection.find_one({"_id": str(ID)})
    assert row is not None
    assert tallies.state_of(row).accepted == 8


async def test_a_message_heard_again_leaves_the_state_and_is_written_again(persistence: Persistence) -> None:
    live = LiveProjection(tallies, persistence.database["tallies"])
    [first] = await live.apply(messages_of(ID)[1])
    [again] = await live.apply(messages_of(ID)[1])
    assert (again["state"], again["inbox"]) == (first["state"], first["inbox"])
    assert again["version"] == first["version"] + 1
    assert again == await live.collection.find_one({"_id": str(ID)})
