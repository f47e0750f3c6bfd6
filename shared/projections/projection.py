"""Projections: pure functions from an event to the facts of a row, folded under a guard per (row, source).

A row is `{_id, version, heard: {source: sequence}, facts: {field: [[time, value], ...]}}`. A fact keeps each value with the
instant it was told, so that "as known on" a date can be answered. A row is fed by one key and each of its fields by one
kind of source: hence the same rows in the end, however often and in whatever order between sources events come.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from shared.events import Event

E = TypeVar("E", bound=Event)
Stored = dict[str, Any]


class Row:
    """Facts about one row: JSON-able values by field (days as ISO text)."""

    def __init__(self, id: object, **facts: Any) -> None:
        self.id = str(id)
        self.facts = facts

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Row) and (self.id, self.facts) == (other.id, other.facts)

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        return f"Row({self.id!r}, {self.facts!r})"


Rows = Row | Sequence[Row] | None


class Projection:
    """One collection of rows, and the events that feed it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._functions: dict[type[Event], Callable[[Any], Rows]] = {}

    def on(self, *events: type[Event]) -> Callable[[Callable[[E], Rows]], Callable[[E], Rows]]:
        """Declare a pure function as what these events tell of the rows."""

        def declare(function: Callable[[E], Rows]) -> Callable[[E], Rows]:
            for event in events:
                self._functions[event] = function
            return function

        return declare

    @property
    def events(self) -> set[type[Event]]:
        return set(self._functions)

    def rows(self, event: Event) -> Sequence[Row]:
        """What an event tells of this projection's rows: none, one or several."""
        function = self._functions.get(type(event))
        told = function(event) if function else None
        if told is None:
            return ()
        return (told,) if isinstance(told, Row) else told


@dataclass(frozen=True)
class Fact:
    """What one message tells of one row."""

    source: str
    sequence: int
    time: datetime
    facts: Mapping[str, Any]


def fold(stored: Stored | None, id: str, fact: Fact) -> Stored:
    """The row after a message. A message whose source was heard this far already changes nothing."""
    row: Stored = stored or {"_id": id, "version": 0, "heard": {}, "facts": {}}
    if row["heard"].get(fact.source, -1) >= fact.sequence:
        return row
    facts = dict(row["facts"])
    at = fact.time.astimezone(UTC).isoformat(timespec="microseconds")
    for field, value in fact.facts.items():
        history = facts.get(field, [])
        if not history or history[-1][1] != value:
            facts[field] = [*history, [at, value]]
    return {**row, "heard": {**row["heard"], fact.source: fact.sequence}, "facts": facts}


def as_of(stored: Stored, instant: datetime | None) -> dict[str, Any]:
    """A row as known at an instant (None: now): `id` and each field's last value told by then; {} if nothing was."""
    limit = instant.astimezone(UTC).isoformat(timespec="microseconds") if instant else "9999"
    known: dict[str, Any] = {}
    for field, history in stored["facts"].items():
        told = [value for at, value in history if at <= limit]
        if told:
            known[field] = told[-1]
    return {"id": stored["_id"], **known} if known else {}
