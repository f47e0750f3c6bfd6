"""Projections of states: a row holds one value, and an event makes the next one of it."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from shared.events import Event
from shared.events.message import Message
from shared.projections.read_model import Change, Stored, an_empty_row, once

S = TypeVar("S", bound=BaseModel)
E = TypeVar("E", bound=Event)
Fold = Callable[[S, E], S]
FoldInPlace = Callable[[S, E, int], S]


class StateProjection(Generic[S]):
    """One collection of rows that hold a `state` each, and the events that move it.

    `key` is the id of the row that an event is about; `new` is the state before any event.
    """

    def __init__(self, name: str, state: type[S], *, key: Callable[[Any], object], new: Callable[[Any], S]) -> None:
        self.name = name
        self._state = state
        self._key = key
        self._new = new
        self._in_order: dict[type[Event], Callable[[S, Any], S]] = {}
        self._whenever: dict[type[Event], Callable[[S, Any], S]] = {}
        self._in_place: dict[type[Event], Callable[[S, Any, int], S]] = {}

    def on(self, *events: type[Event]) -> Callable[[Fold[S, E]], Fold[S, E]]:
        """Declare a pure function as what these events make of the state. A source handled further already changes nothing."""
        return self._declare(self._in_order, events)

    def whenever(self, *events: type[Event]) -> Callable[[Fold[S, E]], Fold[S, E]]:
        """Declare what these events say that never changes: it is folded even when it comes after its source's later words."""
        return self._declare(self._whenever, events)

    def in_place(self, *events: type[Event]) -> Callable[[FoldInPlace[S, E]], FoldInPlace[S, E]]:
        """Declare what these events make of a state that keeps each under its sequence: folded whenever it comes, as often."""

        def declare(function: FoldInPlace[S, E]) -> FoldInPlace[S, E]:
            self._in_place.update(dict.fromkeys(events, function))
            return function

        return declare

    @property
    def events(self) -> set[type[Event]]:
        return {*self._in_order, *self._whenever, *self._in_place}

    @property
    def modules(self) -> set[str]:
        """The modules in which its state, its functions and its events are written."""
        functions = *self._in_order.values(), *self._whenever.values(), *self._in_place.values(), self._key, self._new
        return {__name__, *(one.__module__ for one in (self._state, *self.events, *functions))}

    def changes(self, event: Event, message: Message) -> Sequence[Change]:
        """What a message does to these rows."""
        if type(event) not in self.events:
            return ()
        id = str(self._key(event))
        return [Change(id, lambda stored: self._fold(stored, id, event, message))]

    def state_of(self, stored: Stored) -> S:
        """The state that a row holds."""
        return self._state.model_validate(stored["state"])

    def _fold(self, stored: Stored | None, id: str, event: Event, message: Message) -> Stored:
        row = stored or {**an_empty_row(id), "state": self._new(event).model_dump(mode="json")}
        row = self._moved(row, self._whenever, event)
        if in_place := self._in_place.get(type(event)):
            row = self._with(row, in_place(self.state_of(row), event, message.sequence))
        return once(row, message, lambda row: self._moved(row, self._in_order, event))

    def _moved(self, row: Stored, functions: dict[type[Event], Callable[[S, Any], S]], event: Event) -> Stored:
        """The row with the state that a function makes; the very same row where it makes no difference."""
        function = functions.get(type(event))
        if function is None:
            return row
        return self._with(row, function(self.state_of(row), event))

    @staticmethod
    def _with(row: Stored, state: S) -> Stored:
        dumped = state.model_dump(mode="json")
        return row if dumped == row["state"] else {**row, "state": dumped}

    @staticmethod
    def _declare(functions: dict[type[Event], Any], events: Sequence[type[Event]]) -> Callable[[Fold[S, E]], Fold[S, E]]:
        def declare(function: Fold[S, E]) -> Fold[S, E]:
            functions.update(dict.fromkeys(events, function))
            return function

        return declare
