"""One row for each holder of grants: two who award to one holder at once clash, and one of them looks again."""

from shared.persistence.mongo import Collection, Session


class Awards:
    """How often each holder was awarded something: counted for no other use."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    async def open(self, holder: str) -> None:
        """Have a row to write to, made before the transactions that would each make it."""
        await self._collection.update({"_id": holder}, {"$setOnInsert": {"count": 0}}, upsert=True)

    async def another(self, holder: str, *, session: Session) -> None:
        """Whoever does the same at once begins again."""
        await self._collection.update({"_id": holder}, {"$inc": {"count": 1}}, session=session)
