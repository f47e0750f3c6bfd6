"""The clients of each school. They publish nothing, so a plain collection keeps them."""

from uuid import UUID

from services.production.domain.clients import Client
from services.production.domain.visibility import own_school
from shared.kernel.caller import Caller
from shared.kernel.errors import NotFound
from shared.persistence.keyset import Asked, Part, read_part
from shared.persistence.mongo import Collection
from shared.persistence.once import create_once


class Clients:
    """Each client belongs to one school, and is created once per request key."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    async def prepare(self) -> None:
        """By school, by name."""
        await self._collection.index("school", "name", "_id")

    async def add(self, client: Client, fingerprint: str) -> Client:
        """Keep a new client. The same request again answers with what was kept; another under its key is refused (422)."""
        row = {"fingerprint": fingerprint, **client.model_dump(mode="json")}
        return Client.model_validate(await create_once(self._collection, client.client_id, row, same=("school", "fingerprint")))

    async def get(self, client_id: UUID, *, caller: Caller) -> Client:
        """One client of the caller's school. Raises NotFound."""
        own = own_school(caller)
        row = None if own is None else await self._collection.majority().find_one({"_id": str(client_id), **own})
        if row is None:
            raise NotFound("Ce client")
        return Client.model_validate(row)

    async def of_school(self, asked: Asked, *, caller: Caller) -> Part[Client]:
        """The clients of the caller's school, by name."""
        own = own_school(caller)
        if own is None:
            return Part([], None)
        rows = await read_part(self._collection.majority(), own, sort=["name", "_id"], asked=asked)
        return rows.map(Client.model_validate)
