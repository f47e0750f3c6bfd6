"""Generations of rows: sets of collections under a number that only rises, and the document that says which one is read.

Nothing takes a row out of a generation that is in use: a rebuild fills the next one, which is then read instead. So whoever
slept through its lease and wakes writes, at worst, what the rows of its own generation hold already.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.events import Event
from shared.events.message import Message
from shared.messaging.parking import Parking
from shared.persistence.mongo import Collection
from shared.persistence.transaction import Persistence
from shared.projections.read_model import Change, ReadModel
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
class Head:
    """Which generation is read, which is being built and how far, and a number that rises each time rows changed."""

    current: int
    building: int | None
    change: int
    done: int
    total: int
    following: Mapping[int, Positions]
    """By generation, where its source goes on."""


class Generation:
    """One set of rows, by table, with the messages that could not be folded into it."""

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
        by_row: dict[str, dict[str, list[Change]]] = defaultdict(lambda: defaultdict(list))
        for table, change in changes:
            by_row[table][change.id].append(change)
        for table, of_table in by_row.items():
            await fold_into(self[table].patient(), of_table)


class Generations:
    """The generations of a service's rows. All that is said of them is one document, and each step one write of it."""

    def __init__(self, persistence: Persistence, models: Sequence[ReadModel]) -> None:
        self._persistence = persistence
        self._hearing: dict[type[Event], list[ReadModel]] = defaultdict(list)
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
        return Head(found["current"], found["building"], found["change"], found["done"], found["total"], following)

    async def current(self) -> Generation:
        """The rows that are read now."""
        return self.generation((await self.head()).current)

    def generation(self, number: int) -> Generation:
        return Generation(self._persistence, self._hearing, number)

    async def begin(self) -> None:
        """Have another generation built from the first message on; one that was being built is given up."""
        begun: list[dict[str, Any]] = [
            {"$set": {"latest": {"$add": ["$latest", 1]}}},
            {"$set": {"building": "$latest", "done": 0, "total": 0}},
        ]
        await self._heads.update({"_id": HEAD}, begun)

    async def claim(self, term: int) -> None:
        """Write under this term of the lease from now on: who held an earlier one is refused."""
        await self._step({}, term, {})

    async def follow(self, number: int, positions: Positions, term: int) -> None:
        """The rows that are read hold what comes before these positions. Say that they changed."""
        await self._step({"current": number}, term, {"$max": _written(number, positions), "$inc": {"change": 1}})

    async def build(self, number: int, positions: Positions, term: int, *, done: int, total: int) -> None:
        """The rows that are being built hold what comes before these positions."""
        progress = {"done": done, "total": total}
        await self._step({"building": number}, term, {"$max": _written(number, positions), "$set": progress})

    async def switch(self, number: int, term: int) -> None:
        """Read the rows that were being built instead of the others."""
        await self._step({"building": number}, term, {"$set": {"current": number, "building": None}, "$inc": {"change": 1}})

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
        old = [number for number in (await self.head()).following if number < before and number != but]
        if old:
            await self._heads.update({"_id": HEAD}, {"$unset": {f"following.{number}": "" for number in old}})

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
