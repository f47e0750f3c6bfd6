"""Lists read in parts, each from a position in a stable order on: what is added meanwhile moves nothing, nor is read twice."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Generic, TypeVar

from shared.persistence.mongo import Collection, Key, Session, Where
from shared.persistence.writes import Row

T = TypeVar("T")
U = TypeVar("U")
Position = Sequence[str | int]
"""What an item is ordered by: one value for each field of the order, the last of which is unlike any other item's."""


@dataclass(frozen=True)
class Asked:
    """Which part of a list: so many items at most, after a position, or from the beginning on."""

    limit: int
    after: Position | None = None


@dataclass(frozen=True)
class Part(Generic[T]):
    """A part of a list. `last` is the position of its last item where more follow."""

    items: Sequence[T]
    last: Position | None

    def map(self, show: Callable[[T], U]) -> "Part[U]":
        """The same part, of something made of each item."""
        return Part([show(item) for item in self.items], self.last)


async def read_part(
    rows: Collection, where: Where, *, sort: Sequence[Key], asked: Asked, fields: Where | None = None,
    session: Session | None = None,
) -> Part[Row]:  # fmt: skip
    """The part that is asked for of what matches, ordered by fields that are never null and are among those read."""
    keys = [(key, 1) if isinstance(key, str) else key for key in sort]
    ranged = where if asked.after is None else {"$and": [where, _beyond(keys, asked.after)]}
    found = await rows.find(ranged, fields=fields, sort=keys, limit=asked.limit + 1, session=session)
    return _part(found, asked.limit, lambda row: [_at(row, name) for name, _ in keys])


def part_of(items: Iterable[T], position: Callable[[T], Position], asked: Asked, *, falling: bool = False) -> Part[T]:
    """The part that is asked for of a list which is held as a whole, ordered by the position of each."""
    after = None if asked.after is None else tuple(asked.after)
    placed = sorted(((tuple(position(item)), item) for item in items), key=lambda one: one[0], reverse=falling)
    left = [item for place, item in placed if after is None or (place < after if falling else place > after)]
    return _part(left, asked.limit, position)


def _part(found: Sequence[T], limit: int, position: Callable[[T], Position]) -> Part[T]:
    more = len(found) > limit
    return Part(found[:limit], position(found[limit - 1]) if more else None)


def _beyond(keys: Sequence[tuple[str, int]], after: Position) -> dict[str, Any]:
    """What comes after a position: a later first field, or the same one and a later second, and so on."""
    ways = []
    for rank, ((name, direction), value) in enumerate(zip(keys, after, strict=True)):
        same = {before: known for (before, _), known in zip(keys[:rank], after[:rank], strict=True)}
        ways.append({**same, name: {"$gt" if direction > 0 else "$lt": value}})
    return {"$or": ways}


def _at(row: Row, path: str) -> Any:
    return reduce(lambda inner, step: inner[step], path.split("."), row)
