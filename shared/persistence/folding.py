"""A stored document, taken further by what it has told since: its state, its counter, its inbox, its outbox. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.events.message import Message
from shared.kernel.aggregate import Aggregate
from shared.persistence.inbox import Inbox
from shared.persistence.once import RESTORED
from shared.persistence.writes import Row


@dataclass(frozen=True)
class Told:
    """A message that a document told: on which topic, and when it was published."""

    message: Message
    topic: str
    at: datetime


@dataclass(frozen=True)
class Folded:
    """The document as it is then, and what it published since, for the history. `wrong`: what could not be evolved, by id."""

    row: Row
    history: Sequence[Row]
    wrong: Sequence[str]


def fold(aggregate: Aggregate[Any, Any], id: str, stored: Row | None, told: Sequence[Told]) -> Folded:
    """A document past all that it told, in order: no sequence of it is given twice, and what made it tell is not heard again.

    A hole in what it told is passed over. What its state cannot take changes the counter alone, and is in no history.
    Of what was still to be published, all up to the latest that was is published.
    """
    row = stored or {"_id": id, "state": None, "version": 0, "sequence": 0, "inbox": {}, "outbox": [], "fingerprint": RESTORED}
    state = aggregate.state.model_validate(row["state"]) if row["state"] else None
    new = {one.message.sequence: one for one in told if one.message.sequence > row["sequence"]}
    inbox, wrong = Inbox(row["inbox"]), list[str]()
    for _, one in sorted(new.items()):
        try:
            state = aggregate.evolve(state, one.message.event())
        except Exception:  # written by hand, or by another build: it may raise anything
            wrong.append(one.message.id)
        inbox = _after(inbox, one.message.cause)
    published = max((one.message.sequence for one in told), default=0)
    waiting = [entry for entry in row["outbox"] if entry["sequence"] <= published]
    fresh = [_entry(one) for one in told if one.message.sequence in new and one.message.id not in wrong]
    history = [{"_id": entry["id"], **entry, "document": id} for entry in (*waiting, *fresh)]
    return Folded(
        {
            **row, "state": state.model_dump(mode="json") if state else None, "sequence": max(row["sequence"], *new, 0),
            "inbox": dict(inbox.positions), "version": row["version"] + 1,
            "outbox": [entry for entry in row["outbox"] if entry["sequence"] > published],
        },
        history, wrong,
    )  # fmt: skip


def _after(inbox: Inbox, cause: str) -> Inbox:
    """The inbox once what made a document tell something was taken in."""
    key, _, sequence = cause.rpartition("#")
    return Inbox({**inbox.positions, key: max(int(sequence), inbox.positions.get(key, -1))}) if key else inbox


def _entry(told: Told) -> Row:
    """As an outbox had it, but for who did it: of what was published no topic says that."""
    return {**vars(told.message), "topic": told.topic, "at": told.at, "by": RESTORED}
