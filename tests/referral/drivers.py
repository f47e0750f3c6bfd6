"""One referral of one young person, read as its agency reads it."""

from typing import Any
from uuid import UUID

from tests.conftest import Running
from tests.referral.builders import read


class Case:
    """One young person, referred by the CIO."""

    def __init__(self, here: Running, shown: dict[str, Any]) -> None:
        self.here = here
        self.id: str = shown["referral_id"]
        self.young_id = UUID(shown["young_id"])
        self.of = {"young_id": self.young_id}
        self.wishes = {**self.of, "referral_id": UUID(self.id)}

    async def shown(self) -> dict[str, Any]:
        return await read(self.here, self.id)

    async def published(self) -> list[str]:
        """The types that the referral told, in order, still in its outbox or already in the history."""
        database = self.here.store.database
        row = await database["referrals"].find_one({"_id": self.id})
        entries = row["outbox"] + await database["history"].find({"document": self.id})
        by_sequence = {entry["sequence"]: entry["type"].removeprefix("fr.etabli.referral.referral.") for entry in entries}
        return [by_sequence[sequence] for sequence in sorted(by_sequence)]
