"""Projections of facts: pure functions from an event to fields of rows, every value kept with the instant it was published.

A row's `facts` are `{field: [[instant, value], ...]}`, so that "as known on" a date can be answered.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial, wraps
from typing import Any, TypeVar

from shared.events import Event
from shared.events.message import Message
from shared.projections.history import instant_text, values_as_of
from shared.projections.read_model import Change, Stored, an_empty_row, once

E = TypeVar("E", bound=Event)


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
    """One collection of rows of facts, and the events that feed it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._functions: dict[type[Event], Callable[[Any, datetime], Rows]] = {}

    def on(self, *events: type[Event]) -> Callable[[Callable[[E], Rows]], Callable[[E], Rows]]:
        """Declare a pure function from these events to rows."""

        def declare(function: Callable[[E], Rows]) -> Callable[[E], Rows]:
            self.told(*events)(_whenever(function))
            return function

        return declare

    def told(self, *events: type[Event]) -> Callable[[Callable[[E, datetime], Rows]], Callable[[E, datetime], Rows]]:
        """The same, of a function that also takes the instant when its teller recorded the event: delays count from it."""

        def declare(function: Callable[[E, datetime], Rows]) -> Callable[[E, datetime], Rows]:
            for event in events:
                self._functions[event] = function
            return function

        return declare

    @property
    def events(self) -> set[type[Event]]:
        return set(self._functions)

    @property
    def modules(self) -> set[str]:
        """The modules in which its functions and its events are written."""
        return {__name__, *(one.__module__ for pair in self._functions.items() for one in pair)}

    def rows(self, event: Event, time: datetime) -> Sequence[Row]:
        """This projection's rows of an event that was told at an instant: none, one or several."""
        function = self._functions.get(type(event))
        rows = function(event, time) if function else None
        if rows is None:
            return ()
        return (rows,) if isinstance(rows, Row) else rows

    def changes(self, event: Event, message: Message) -> Sequence[Change]:
        """What a message does to these rows."""
        return [_change(row.id, fact_of(message, row)) for row in self.rows(event, message.time)]


def _whenever(function: Callable[[E], Rows]) -> Callable[[E, datetime], Rows]:
    """A function to which the instant does not matter."""

    @wraps(function)
    def rows(event: E, _time: datetime) -> Rows:
        return function(event)

    return rows


@dataclass(frozen=True, slots=True)
class Fact:
    """What one message says of one row."""

    inbox_key: str
    sequence: int
    time: datetime
    facts: Mapping[str, Any]


def fact_of(message: Message, row: Row) -> Fact:
    """What a message says of a row, in its place in its source's order."""
    return Fact(message.inbox_key, message.sequence, message.time, row.facts)


def fold(stored: Stored | None, id: str, fact: Fact) -> Stored:
    """The row after a message. A message whose source was handled this far already changes nothing."""
    return once(stored or {**an_empty_row(id), "facts": {}}, fact, partial(_with_fact, fact=fact))


def _change(id: str, fact: Fact) -> Change:
    return Change(id, lambda stored: fold(stored, id, fact))


def _with_fact(row: Stored, *, fact: Fact) -> Stored:
    facts, at = dict(row["facts"]), instant_text(fact.time)
    for field, value in fact.facts.items():
        history = facts.get(field, [])
        if not history or history[-1][1] != value:
            facts[field] = [*history, [at, value]]
    return {**row, "facts": facts}


def as_of(stored: Stored, instant: datetime | None) -> dict[str, Any]:
    """A row as known at an instant (None: now): `id` and each field's last value published by then; {} if nothing was."""
    found = {field: values_as_of(history, instant) for field, history in stored["facts"].items()}
    known = {field: values[-1] for field, values in found.items() if values}
    return {"id": stored["_id"], **known} if known else {}
