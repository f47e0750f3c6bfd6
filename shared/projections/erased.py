"""The tombstones of erased persons: whatever is told of one later, late or again, brings nothing back."""

from collections.abc import Iterable
from uuid import UUID

from shared.persistence.mongo import Database, Session


class Erased:
    """By `young_id`, and nothing beside it."""

    def __init__(self, database: Database) -> None:
        self._rows = database["erased"]

    async def mark(self, young_id: UUID) -> None:
        """Keep that a person is erased, before anything is dropped: who takes something in meanwhile sees it then."""
        await self._rows.update({"_id": str(young_id)}, {"$set": {"_id": str(young_id)}}, upsert=True)

    async def has(self, young_id: UUID, session: Session | None = None) -> bool:
        """Whether a person is erased."""
        return await self._rows.find_one({"_id": str(young_id)}, session=session) is not None

    async def among(self, young_ids: Iterable[UUID]) -> set[UUID]:
        """Those of these that are."""
        rows = await self._rows.majority().find({"_id": {"$in": [str(id) for id in set(young_ids)]}}, fields={"_id": 1})
        return {UUID(row["_id"]) for row in rows}
