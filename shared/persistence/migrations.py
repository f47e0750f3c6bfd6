"""Migrations: what a version before kept is put into the form of this one, step by step, in pages, one replica at a time.

A step is idempotent and each of its writes is guarded by what was read, so that it may be killed, done twice, or done while
replicas of the version before still write. These write as they always did: so each start does a step again for
`REPEATED_FOR` after it was first through, and the last replica that is upgraded takes what they left. A build that does not
know a step, because somebody went back to it, has it done anew by whoever knows it next.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from shared.kernel.clock import real_now
from shared.metrics import MIGRATED, MIGRATING
from shared.persistence.keyset import Asked, read_part
from shared.persistence.lease import Lease
from shared.persistence.mongo import Collection, Database, Key
from shared.persistence.writes import Row

PAGE = 200
"""Documents between two looks at the lease, and two writes of how far a step is."""
SAID_EVERY = 10.0
"""Seconds between two lines of one step's progress."""
REPEATED_FOR = timedelta(days=7)
log = structlog.get_logger()


@dataclass(frozen=True)
class Step:
    """One change of what is kept: each document of `rows` that is as `before` says is mended, in the order of `by`.

    `name` is its number and what it does, never used again. `mend` raises only what stops the upgrade: a document that it
    can not mend, it leaves.
    """

    name: str
    rows: Collection
    before: Mapping[str, Any]
    mend: Callable[[Row], Awaitable[object]]
    by: Sequence[Key] = ("_id",)


class Migrations:
    """The steps of one service, and what its database remembers of each."""

    def __init__(self, database: Database, steps: Sequence[Step], *, holder: str, page: int = PAGE) -> None:
        self.steps = steps
        self._known: Collection = database["migrations"]
        self._lease = Lease(database, "migrations", holder)
        self._page = page
        self._through: set[str] = set()
        self._said_at = 0.0
        self.under_way: str | None = None
        """The step that this process does, or that it waits for another to have done."""

    async def run(self) -> None:
        """Do what is due. Returns once all of it is done, by this process or by another."""
        await self._reopen_unknown()
        try:
            while due := await self._due():
                self._now_doing(due[0].name)
                if not await self._lease.hold(surely=True):
                    await asyncio.sleep(0.5)
                elif await self._take(due[0]):
                    self._through.add(due[0].name)
        finally:
            self._now_doing(None)
            await self._lease.let_go()

    def _now_doing(self, step: str | None) -> None:
        self.under_way = step
        MIGRATING.set(step is not None)

    async def _due(self) -> list[Step]:
        remembered = {row["_id"]: row for row in await self._known.find()}
        return [one for one in self.steps if one.name not in self._through and _is_due(remembered.get(one.name))]

    async def _reopen_unknown(self) -> None:
        """What this build writes, it writes as before those steps."""
        names = [step.name for step in self.steps]
        for row in await self._known.find({"_id": {"$nin": names}, "done_at": {"$exists": True}}):
            await self._known.update({"_id": row["_id"]}, {"$unset": {"done_at": ""}})

    async def _take(self, step: Step) -> bool:
        """Do a step from where it was left. False where another has taken over meanwhile."""
        position, mended = await self._begun(step)
        while True:
            asked = Asked(self._page, position)
            part = await read_part(step.rows.patient(), step.before, sort=step.by, asked=asked)
            for row in part.items:
                await step.mend(row)
            mended += len(part.items)
            MIGRATED.labels(step.name).inc(len(part.items))
            position = part.last
            if position is None:
                await self._end(step, mended)
                return True
            if not await self._lease.hold(surely=True):
                return False
            await self._known.update({"_id": step.name}, {"$set": {"position": position, "documents": mended}})
            self._say(step, mended)

    async def _begun(self, step: Step) -> tuple[Any, int]:
        row = {"begun_at": real_now(), "documents": 0}
        await self._known.update({"_id": step.name}, {"$setOnInsert": row}, upsert=True)
        kept: Row = await self._known.find_one({"_id": step.name}) or row
        return kept.get("position"), int(kept["documents"])

    async def _end(self, step: Step, mended: int) -> None:
        """It is through. When it was first through stays, for that is when the time of doing it again began."""
        through: Row = {"$set": {"documents": mended, "last_at": real_now()}, "$unset": {"position": ""}}
        await self._known.update({"_id": step.name}, through)
        await self._known.update({"_id": step.name, "done_at": {"$exists": False}}, {"$set": {"done_at": real_now()}})
        if mended:
            log.info("migration.done", step=step.name, documents=mended)

    def _say(self, step: Step, mended: int) -> None:
        if time.monotonic() - self._said_at > SAID_EVERY:
            self._said_at = time.monotonic()
            log.info("migration.progress", step=step.name, documents=mended)


def _is_due(remembered: Row | None) -> bool:
    """Not through yet, or so lately that a replica of the version before may have written since."""
    done_at = remembered.get("done_at") if remembered else None
    return done_at is None or real_now() - done_at < REPEATED_FOR


def restated(name: str, rows: Collection, before: Mapping[str, Any], read: Callable[[Any], Any]) -> Step:
    """A step that keeps a `state` as this build reads it (`read` gives the model): by its version, as any other write."""

    async def mend(row: Row) -> None:
        state = read(row["state"]).model_dump(mode="json")
        if state != row["state"]:
            guarded = {"_id": row["_id"], "version": row["version"]}
            await rows.update(guarded, {"$set": {"state": state}, "$inc": {"version": 1}})

    return Step(name, rows, before, mend)
