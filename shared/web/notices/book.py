"""The choices of a service's people: one document each, changed only where it is as it was read."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from shared.kernel.caller import Caller
from shared.kernel.clock import real_now
from shared.kernel.secrets import derived
from shared.persistence.failures import DuplicateKey
from shared.persistence.sealing import Sealed
from shared.persistence.transaction import Persistence
from shared.web.notices.choice import A_DAY, Choice

SEALED = ("address", "code")
KEPT_UNUSED = timedelta(days=30)
"""After which an address that is not confirmed, or was refused, is forgotten."""
ACTIVE: Mapping[str, Any] = {"confirmed": True, "frequency": {"$ne": "off"}}


class Book:
    """The collection `notices` of a service."""

    def __init__(self, persistence: Persistence) -> None:
        self._key = derived(persistence.secret, "notices")
        self.clock = persistence.clock
        self.rows = persistence.database["notices"]
        self._sealed = Sealed(self.rows, SEALED, persistence.sealing_keys("notices sealed"))

    async def prepare(self) -> None:
        """Indexes for what is looked for every second, and for limits."""
        await self.rows.index("due_at")
        await self.rows.index("asked.address", sparse=True)
        await self.rows.index("organisation")
        await self._sealed.seal_anew()

    def id_of(self, caller: Caller) -> str:
        """Whose choice it is: a keyed hash of the person and their organisation."""
        return self.hash(f"{caller.organisation} {caller.sub}")

    def hash(self, text: str) -> str:
        """By which a text is known again, and not read."""
        return hmac.digest(self._key, text.encode(), "sha256").hex()[:40]

    async def of(self, caller: Caller) -> Choice:
        """A person's choice; one of nothing where they made none."""
        id = self.id_of(caller)
        row = await self.rows.majority().find_one({"_id": id})
        return self._opened(row) if row else Choice(id, caller.organisation)

    async def again(self, choice: Choice) -> Choice:
        """It as it is now."""
        row = await self.rows.find_one({"_id": choice.id})
        return self._opened(row) if row else choice

    async def change(self, before: Choice, decide: Callable[[Choice], Choice]) -> Choice:
        """Decide on a choice and keep what comes of it; on what it has become, where another changed it meanwhile."""
        while True:
            after = decide(before)
            if after == before or await self._save(before, after):
                return after
            before = await self.again(Choice(before.id, before.organisation))

    async def active(self) -> list[Choice]:
        """Whoever is to be told of what comes."""
        return [self._opened(row) for row in await self.rows.find(ACTIVE)]

    async def due(self) -> list[Choice]:
        """Whoever has a message under way, or one to be made now."""
        due = {"$or": [{"sending": {"$ne": None}}, {"due_at": {"$lte": self.clock.now()}}]}
        now = real_now()
        found = [self._opened(row) for row in await self.rows.find(due)]
        return [one for one in found if one.not_before is None or one.not_before <= now]

    async def asked_of(self, organisation: str, address: str) -> tuple[int, int]:
        """Confirmations of the last day: of an organisation, and to an address, whoever asked."""
        since, hashed = real_now() - A_DAY, self.hash(address)
        rows = await self.rows.find({"$or": [{"organisation": organisation}, {"asked.address": hashed}]})
        asked = [(row["organisation"], one) for row in rows for one in row.get("asked", ()) if one["at"] > since]
        of_organisation = sum(whose == organisation for whose, _ in asked)
        return of_organisation, sum(one["address"] == hashed for _, one in asked)

    async def sweep(self) -> None:
        """Forget addresses that are not confirmed, or take no mail."""
        await self.rows.delete({"confirmed": False, "touched_at": {"$lt": real_now() - KEPT_UNUSED}})

    async def _save(self, before: Choice, after: Choice) -> bool:
        row = self._sealed.closed(after.id, {**asdict(after), "version": before.version + 1, "touched_at": real_now()})
        row["_id"] = row.pop("id")
        try:
            if not before.version:
                await self.rows.insert(row)
                return True
        except DuplicateKey:
            return False
        return (await self.rows.update({"_id": after.id, "version": before.version}, {"$set": row})).found > 0

    def _opened(self, row: Mapping[str, Any]) -> Choice:
        opened = self._sealed.opened(dict(row))
        fields = {name: value for name, value in opened.items() if name in Choice.__dataclass_fields__}
        return Choice(**{**fields, "id": row["_id"], "asked": tuple(opened["asked"])})
