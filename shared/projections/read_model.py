"""A CQRS read model: from one message to the rows it changes, each by a pure function under the inbox guard.

A row is `{_id, version, inbox: {source key: sequence}, ...what it holds}`. A row is fed by one key and each part of it by one
kind of source: hence the same rows in the end, however often and in whatever order between sources messages come.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from shared.events import Event
from shared.events.message import Message
from shared.persistence.inbox import Inbox, Positioned

Stored = dict[str, Any]
"""A row as it is stored."""


@dataclass(frozen=True, slots=True)
class Change:
    """What one message does to one row: from the row that is stored (None: none yet) to the new one.

    The very row that was given comes back where the message changes nothing.
    """

    id: str
    fold: Callable[[Stored | None], Stored]


class ReadModel(Protocol):
    """What both drivers need: a name, the events that feed it, and what a message changes."""

    @property
    def name(self) -> str: ...

    @property
    def events(self) -> set[type[Event]]: ...

    @property
    def modules(self) -> set[str]:
        """The modules in which what makes its rows is written."""
        ...

    def changes(self, event: Event, message: Message) -> Sequence[Change]: ...


def fingerprint(model: ReadModel) -> str:
    """A word that changes when the code that makes a read model's rows does."""
    written = (Path(str(sys.modules[name].__file__)).read_bytes() for name in sorted(model.modules))
    return sha256(b"\0".join(written)).hexdigest()[:16]


def an_empty_row(id: str) -> Stored:
    """A row that no message has made yet."""
    return {"_id": id, "version": 0, "inbox": {}}


def same(row: Stored | None, other: Stored | None) -> bool:
    """Whether two rows hold the same, in however many writes they were made."""
    if row is None or other is None:
        return row is other
    return {**row, "version": 0} == {**other, "version": 0}


def once(row: Stored, position: Positioned, change: Callable[[Stored], Stored]) -> Stored:
    """The row after a change, unless its source was handled this far already: then the very same row."""
    inbox = Inbox(row["inbox"])
    if inbox.has(position):
        return row
    return {**change(row), "inbox": dict(inbox.after(position).positions)}
