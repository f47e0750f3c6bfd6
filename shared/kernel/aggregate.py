"""The aggregate, a Decider: its state, how events change it (`evolve`), who sees it, and the policy run in the same write."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from pydantic import BaseModel

from shared.kernel.caller import Caller, TenantFilter

S = TypeVar("S", bound=BaseModel)
E = TypeVar("E")


@dataclass(frozen=True)
class Aggregate(Generic[S, E]):
    """What `Repository` needs to know of one kind of document. All functions are pure."""

    name: str
    """Of its collection, and in the source of its events: `/<service>/<name>/<id>`."""
    state: type[S]
    evolve: Callable[[S | None, E], S]
    visible_to: Callable[[Caller], TenantFilter]
    then: Callable[[S, date], Sequence[E]] | None = None
    """A policy: the events that follow by themselves, on the day given, from a state that just changed. Same write."""
