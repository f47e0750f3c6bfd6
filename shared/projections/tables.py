"""Generations of rows: sets of collections under a number that only rises, and the document that says which one is read.

Nothing takes a row out of a generation that is in use: a rebuild fills the next one, which is then read instead. So whoever
slept through its lease and wakes writes, at worst, what the rows of its own generation hold already.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from shared.events import Event
from shared.events.message import Message
from shared.messaging.parking import Parking
from shared.persistence.mongo import Collection
from shared.persistence.transaction import Persistence
from shared.projections.read_model import Change, ReadModel, fingerprint
from shared.projections.rows import fold_into
from shared.projections.source import Positions

HEADS, HEAD = "generations", "rows"
NAME = re.compile(r"rows_(\d+)\..+")
ToTables = Sequence[tuple[str, Change]]
"""What is to be folded, in order, each with the name of its table."""

Hearing = Mapping[type[Event], Sequence[ReadModel]]
"""The read models that an event feeds."""


class Superseded(Exception):
    """Another has taken these rows over, or they are not the ones that are kept any more."""


@dataclass(frozen=True)
class Comparison:
    """What a rebuild found before its rows were read: by table, how many rows differed from those that they replace."""

    differing: Mapping[str, int] = field(default_factory=dict)
    uncompared: Sequence[str] = ()
    """Tables that other code made: they are expected to differ."""


@dataclass(frozen=True)
class Head:
    """Which generation is read, which is being built and how far, and a number that rises each time rows changed."""

    current: int
    building: int | None
    change: int
    done: int
    total: int
    following: Mapping[int, Positions]
    """By generation, where its source goes on."""
    made_by: Mapping[int, Mapping[str, str]]
    """By generation and table, the fingerprint of the code that made the rows; "" where several did, or nobody knows."""
    found: Comparison
    """By the last rebuild that ended."""


class Rows(Protocol):
    """A set of rows that messages are folded into, with the messages that could not be."""

    number: int
    parking: Parking
    is_read: bool
    """Whether they are what is read: a rebuild's are not yet."""

    def changes(self, event: Event, message: Message) -> ToTables: ...

    async def fold(self, changes: ToTables) -> None: ...


class Generation:
    """One set of rows, by table, with the messages that could not be folded into it."""

    is_read = True

    def __init__(self, persistence: Persistence, hearing: Hearing, number: int) -> None:
        self.number = number
        self.parking = Parking(persistence, generation=number)
        self._database = persistence.database
        self._hearing = hearing

    def __getitem__(self, table: str) -> Collection:
        return self._database[f"rows_{self.number}.{table}"]

    def changes(self, event: Event, message: Message) -> ToTables:
        """What a message does to every table."""
        hearing = self._hearing.get(type(event), ())
        return [(model.name, change) for model in hearing for change in model.changes(event, message)]

    async def fold(self, changes: ToTables) -> None:
        """Fold these into their rows, and write each row once. What was folded already changes nothing."""
        for table, of_table in by_row(changes).items():
            await fold_into(self[table].patient(), of_table)


def by_row(changes: ToTables) -> Mapping[str, Mapping[str, Sequence[Change]]]:
    """The same changes by table, then by row, in order."""
    found: dict[str, dict[str, list[Change]]] = defaultdict(lambda: defaultdict(list))
    for table, change in changes:
        found[table][change.id].append(change)
    return found


class Generations:
    """The generations of a service's rows. All that is said of them is one document, and each step one write of it."""

    def __init__(self, persistence: Persistence, models: Sequence[ReadModel]) -> None:
        self._persistence = persistence
        self._hearing: dict[type[Event], list[ReadModel]] = defaultdict(list)
        self._fingerprints = {model.name: fingerprint(model) for model in models}
        for model in models:
            for event in model.events:
                self._hearing[event].append(model)
        self.database = persistence.database
        self.tables = [model.name for model in models]
        self._heads: Collection = self.database[HEADS]

    async def prepare(self) -> None:
        """The first generation, empty, where there is none."""
        counts = dict.fromkeys(("term", "change", "done", "total"), 0)
        first: dict[str, Any] = {"current": 1, "building": None, "latest": 1, "following": {}, **counts}
        await self._heads.update({"_id": HEAD}, {"$setOnInsert": first}, upsert=True)

    async def head(self) -> Head:
        """What holds now. A reading takes it once."""
        found = await self._heads.find_one({"_id": HEAD})
        assert found is not None
        following = {int(number): _read(positions) for number, positions in found["following"].items()}
        made_by = {int(number): of_tables for number, of_tables in found.get("made_by", {}).items()}
        comparison = Comparison(found.get("differing", {}), tuple(found.get("uncompared", ())))
        counts = found["current"], found["building"], found["change"], found["done"], found["total"]
        return Head(*counts, following, made_by, comparison)

    async def current(self) -> Generation:
        """The rows that are read now."""
        return self.generation((await self.head()).current)

    def generation(self, number: int) -> Generation:
        return Generation(self._persistence, self._hearing, number)

    async def begin(self) -> None:
        """Have another generation built from the first message on; one that was being built is given up."""
        begun: list[dict[str, Any]] = [
            {"$set": {"latest": {"$add": ["$latest", 1]}}},
            {"$set": {"building": "$latest", "done": 0, "total": 0, "differing": {"$literal": {}}, "uncompared": []}},
        ]
        await self._heads.update({"_id": HEAD}, begun)

    async def claim(self, term: int) -> None:
        """Write under this term of the lease from now on: who held an earlier one is refused."""
        await self._step({}, term, {})

    async def goes_on(self, head: Head, number: int, term: int) -> bool:
        """Whether this code, which folds into these rows from now on, is the one that made all of them. It is noted."""
        known, mine = head.made_by.get(number, {}), self._fingerprints
        if known == mine:
            return True
        begun = bool(known or head.following.get(number))
        made_by = {table: word if not begun or known.get(table) == word else "" for table, word in mine.items()}
        await self._step({}, term, {"$set": {f"made_by.{number}": made_by}})
        return not begun

    def comparable(self, head: Head, one: int, other: int) -> tuple[Sequence[str], Sequence[str]]:
        """The tables that the same code made in both, and those that it did not."""
        made_by, made_other = head.made_by.get(one, {}), head.made_by.get(other, {})
        same = [table for table in self._fingerprints if made_by.get(table, "") == made_other.get(table) != ""]
        return same, [table for table in self._fingerprints if table not in same]

    async def follow(self, number: int, positions: Positions, term: int) -> None:
        """The rows that are read hold what comes before these positions. Say that they changed."""
        await self._step({"current": number}, term, {"$set": _written(number, positions), "$inc": {"change": 1}})

    async def build(self, number: int, positions: Positions, term: int, *, done: int, total: int) -> None:
        """The rows that are being built hold what comes before these positions (none where they moved in memory only)."""
        progress = {"done": done, "total": total}
        await self._step({"building": number}, term, {"$set": {**_written(number, positions), **progress}})

    async def switch(self, number: int, term: int, found: Comparison | None = None) -> None:
        """Read the rows that were being built instead of the others, and keep what comparing them found."""
        found = found or Comparison()
        said = {"differing": dict(found.differing), "uncompared": list(found.uncompared)}
        instead = {"current": number, "building": None, **said}
        await self._step({"building": number}, term, {"$set": instead, "$inc": {"change": 1}})

    async def mark(self) -> None:
        """Say that rows changed otherwise than by what a source brought."""
        await self._heads.update({"_id": HEAD}, {"$inc": {"change": 1}})

    async def forget(self, *, before: int, but: int) -> None:
        """Drop the generations before this one, which nobody will read again, but one which some may still be reading."""
        database = self._persistence.database
        for name in await database.names():
            found = NAME.fullmatch(name)
            if found and int(found[1]) < before and int(found[1]) != but:
                await database[name].drop()
        await Parking(self._persistence).forget(before=before, but=but)
        head = await self.head()
        old = [number for number in {**head.following, **head.made_by} if number < before and number != but]
        if old:
            gone = {f"{said}.{number}": "" for number in old for said in ("following", "made_by")}
            await self._heads.update({"_id": HEAD}, {"$unset": gone})

    async def _step(self, where: Mapping[str, Any], term: int, change: Mapping[str, Mapping[str, Any]]) -> None:
        """One write of the document, if it still says so and nobody has written under a later term. Superseded if not."""
        mine = {"$set": {**change.get("$set", {}), "term": term}}
        done = await self._heads.update({"_id": HEAD, "term": {"$lte": term}, **where}, {**change, **mine})
        if not done.found:
            raise Superseded


def _written(number: int, positions: Positions) -> dict[str, int]:
    """A path may hold no point but between its steps: topics have theirs written as bars."""
    return {f"following.{number}.{name.replace('.', '|')}": offset for name, offset in positions.items()}


def _read(positions: Mapping[str, int]) -> Positions:
    return {name.replace("|", "."): offset for name, offset in positions.items()}
