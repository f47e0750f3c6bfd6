"""The free text of each order, kept beside it: it may name a person, and what an order publishes may not."""

from collections.abc import Iterable
from uuid import UUID

from shared.persistence.mongo import Collection
from shared.persistence.once import create_once


class Titles:
    """One title per order."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    async def keep(self, order_id: UUID, title: str) -> None:
        """Keep an order's title, once. Another under the same id is refused (422)."""
        await create_once(self._collection, order_id, {"title": title}, same=("title",))

    async def of(self, order_ids: Iterable[UUID]) -> dict[UUID, str]:
        """The title of each of these orders."""
        found = await self._collection.majority().find({"_id": {"$in": [str(id) for id in order_ids]}})
        return {UUID(row["_id"]): row["title"] for row in found}
