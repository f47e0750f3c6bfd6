"""In which order services are upgraded: who hears before who tells, so that nobody is told an event that it does not know.

Services that hear each other (referral and enrolment) have no such order. Of these, the one that hears the most kinds of events
of the others goes first: it has the most to be surprised by. What the other parks meanwhile, as a type that it does not know,
keeps its order, and is let go by the first replica that knows it (`shared/messaging/replay.py`).
"""

from collections.abc import Mapping, Sequence, Set

from deploy.access import heard_events
from services import SERVICES
from shared.events import Event

Heard = Mapping[str, Set[type[Event]]]


def upgrade_order(services: Sequence[str] = SERVICES) -> list[str]:
    """From the services' own code: what each handles, or makes rows of."""
    return order_of({name: heard_events(name) for name in services})


def order_of(heard: Heard) -> list[str]:
    """Hearers first. Raises nothing: where some hear each other, they follow each other by how much they hear."""
    left, ordered = set(heard), list[str]()
    while left:
        free = [name for name in left if not _hearers_of(name, heard, left)]
        first = free or [name for name in left if _hearers_of(name, heard, left) <= _in_circle_with(name, heard, left)]
        chosen = min(first, key=lambda name: (-_kinds(name, heard, left), name))
        ordered.append(chosen)
        left.remove(chosen)
    return ordered


def _tellers(name: str, heard: Heard) -> set[str]:
    return {event.teller for event in heard[name]} - {name}


def _hearers_of(name: str, heard: Heard, among: Set[str]) -> set[str]:
    return {other for other in among if name in _tellers(other, heard)}


def _in_circle_with(name: str, heard: Heard, among: Set[str]) -> set[str]:
    """Who is heard by it, however far, and hears it too."""
    return {other for other in among if name in _reach(other, heard, among) and other in _reach(name, heard, among)}


def _reach(name: str, heard: Heard, among: Set[str]) -> set[str]:
    reached, todo = set[str](), [name]
    while todo:
        for teller in (_tellers(todo.pop(), heard) & among) - reached:
            reached.add(teller)
            todo.append(teller)
    return reached


def _kinds(name: str, heard: Heard, among: Set[str]) -> int:
    return len([event for event in heard[name] if event.teller != name and event.teller in among])
