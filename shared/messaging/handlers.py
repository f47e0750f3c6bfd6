"""Event handlers: one function per event or few, typed by the service's store and by the event."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar, overload

from shared.events import Event
from shared.events.message import Message

StoreT = TypeVar("StoreT")
A = TypeVar("A", bound=Event)
B = TypeVar("B", bound=Event)
C = TypeVar("C", bound=Event)

Handler = Callable[[StoreT, A, Message], Awaitable[None]]
"""A handler: (the service's store, the event, its message). It may be given the same message twice."""
On = Callable[[Handler[StoreT, A]], Handler[StoreT, A]]


class Handlers(Mapping[type[Event], Handler[StoreT, Any]], Generic[StoreT]):
    """The handlers of a service, by event: `HANDLERS = Handlers[Store]()`, then `@HANDLERS.on(ReferralSubmitted)`."""

    def __init__(self) -> None:
        self._by_event: dict[type[Event], Handler[StoreT, Any]] = {}

    @overload
    def on(self, event: type[A], /) -> On[StoreT, A]: ...
    @overload
    def on(self, event: type[A], other: type[B], /) -> On[StoreT, A | B]: ...
    @overload
    def on(self, event: type[A], other: type[B], third: type[C], /) -> On[StoreT, A | B | C]: ...
    @overload
    def on(self, *events: type[A]) -> On[StoreT, A]: ...
    def on(self, *events: type[Event]) -> On[StoreT, Any]:
        """Register a function as what is done on these events. An event has one handler."""

        def register(handler: Handler[StoreT, Any]) -> Handler[StoreT, Any]:
            for event in events:
                if event in self._by_event:
                    raise ValueError(f"{event.__name__} has two handlers.")
                self._by_event[event] = handler
            return handler

        return register

    def __getitem__(self, event: type[Event]) -> Handler[StoreT, Any]:
        return self._by_event[event]

    def __iter__(self) -> Iterator[type[Event]]:
        return iter(self._by_event)

    def __len__(self) -> int:
        return len(self._by_event)
