"""The free text of each order, kept beside it, sealed: it may name a person, and what an order publishes may not."""

from collections.abc import Iterable
from uuid import UUID

from shared.persistence.mongo import Collection
from shared.persistence.once import create_once, ensure_same
from shared.persistence.sealing import Sealed


class Titles:
    """One title per order."""

    def __init__(self, collection: Collection, keys: tuple[bytes, ...]) -> None:
        self._collection = collection
        self.sealed = Sealed(collection, ("title",), keys)

    async def prepare(self) -> None:
        """Under the first key."""
        await self.sealed.seal_anew()

    async def keep(self, order_id: UUID, title: str) -> None:
        """Keep an order's title, once. Another under the same id is refused (422)."""
        row = self.sealed.closed(order_id, {"title": title})
        ensure_same(self.sealed.opened(await create_once(self._collection, order_id, row, same=())), {"title": title})

    async def forget(self, order_ids: Iterable[UUID]) -> None:
        """Delete the titles of these orders."""
        await self._collection.delete({"_id": {"$in": [str(id) for id in order_ids]}})

    async def of(self, order_ids: Iterable[UUID]) -> dict[UUID, str]:
        """The title of each of these orders."""
        found = await self._collection.majority().find({"_id": {"$in": [str(id) for id in order_ids]}})
        return {UUID(row["_id"]): self.sealed.opened(row)["title"] for row in found}
