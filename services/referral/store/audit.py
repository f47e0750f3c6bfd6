"""Who read whose identity, and who asked in vain: noted before anything is answered. It holds ids, never a name."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from pydantic import AwareDatetime, BaseModel, ConfigDict

from shared.kernel.caller import Caller
from shared.kernel.clock import Clock, real_now
from shared.kernel.errors import Problem
from shared.persistence.keyset import Asked, Part, read_part
from shared.persistence.mongo import Collection
from shared.persistence.writes import Insert, Row

REFUSED = (403, 404, 410)
"""Statuses by which an identity is refused: not this role, not there or not for them, erased."""

LATEST = ("_id", -1)


class What(StrEnum):
    """How much of an identity was asked for."""

    NAMES = "names"
    WHOLE = "whole"
    FILE = "file"
    """All that is held of the person."""
    MESSAGE = "message"
    """What a rejected message of an agency's topic said."""


@dataclass(frozen=True)
class Whom:
    """About whom: the person, the referral, or both; or a rejected message. None where a whole list was refused."""

    young_id: UUID | None = None
    referral_id: UUID | None = None
    rejection_id: UUID | None = None


class AuditEntry(BaseModel):
    """One reading, or one refusal. An earlier build kept readings of whole identities only, and no role."""

    model_config = ConfigDict(frozen=True)
    id: str
    at: AwareDatetime
    organisation: str
    sub: str
    role: str | None = None
    young_id: UUID | None = None
    referral_id: UUID | None = None
    rejection_id: UUID | None = None
    what: What = What.WHOLE
    allowed: bool = True


class Audit:
    """Entries whose ids rise with the time: their order, and what is kept long enough, go by the id alone."""

    def __init__(self, rows: Collection, clock: Clock) -> None:
        self.rows = rows
        self._clock = clock

    async def prepare(self) -> None:
        """One index for each way of reading; not the one that an earlier build had."""
        await self.rows.without_index("young_id", "at")
        await self.rows.index("young_id", "_id")
        await self.rows.index("organisation", "_id")

    async def give_id(self, row: Row) -> None:
        """Give an entry of an earlier build, whose id the driver made, one of ours."""
        id = _id(row["at"], str(row["_id"]))
        await self.rows.update({"_id": id}, {"$setOnInsert": {**row, "_id": id}}, upsert=True)
        await self.rows.delete({"_id": row["_id"]})

    @asynccontextmanager
    async def reading(self, caller: Caller, what: What, *whom: Whom) -> AsyncIterator[None]:
        """What is read within is noted once it is there, before it is answered; where it is refused, that is."""
        try:
            yield
        except Problem as problem:
            if problem.status in REFUSED:
                await self.note(caller, what, whom, allowed=False)
            raise
        await self.note(caller, what, whom)

    async def note(self, caller: Caller, what: What, whom: Iterable[Whom], *, allowed: bool = True) -> None:
        """Keep that someone read these, or was refused them. Returns once a majority has it."""
        at = self._clock.now()
        who = {"organisation": caller.organisation, "sub": caller.sub, "role": caller.role}
        asked = {**who, "what": what.value, "allowed": allowed, "at": at}
        order = f"{real_now():%Y%m%d%H%M%S%f}"  # a simulated clock stands still
        ids = (_id(at, f"{order} {rank:03} {uuid4().hex[:8]}") for rank in count())
        rows = [{"_id": id, **asked, **_ids(one)} for id, one in zip(ids, whom, strict=False)]
        if rows:
            await self.rows.bulk([Insert(row) for row in rows])

    async def part(self, asked: Asked, *, young_id: UUID | None, organisation: str | None) -> Part[AuditEntry]:
        """A part of the entries (about a person, of an organisation), the latest first."""
        where: dict[str, Any] = {"young_id": str(young_id)} if young_id else {}
        where |= {"organisation": organisation} if organisation else {}
        return (await read_part(self.rows.majority(), where, sort=[LATEST], asked=asked)).map(_entry)

    async def about(self, young_id: UUID) -> list[AuditEntry]:
        """Every entry about a person, the latest first."""
        return [_entry(row) for row in await self.rows.majority().find({"young_id": str(young_id)}, sort=[LATEST])]

    async def let_go(self, kept: timedelta) -> int:
        """Delete what was kept that long: how many."""
        return await self.rows.delete({"_id": {"$lt": _id(self._clock.now() - kept, "")}})


def _entry(row: Row) -> AuditEntry:
    return AuditEntry(**{**row, "id": row["_id"]})


def _id(at: datetime, one: str) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S.%f} {one}"


def _ids(whom: Whom) -> dict[str, str]:
    return {name: str(id) for name, id in vars(whom).items() if id is not None}
