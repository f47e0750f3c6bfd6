"""The clients of each school. They tell nothing, so a plain collection keeps them."""

from typing import Any
from uuid import UUID

from services.production.domain.clients import Client
from shared.kernel.caller import Caller
from shared.kernel.errors import NotFound
from shared.persistence.mongo import Collection
from shared.persistence.once import create_once


class Clients:
    """Each client belongs to one school, and is created once per request key."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    async def prepare(self) -> None:
        await self._collection.index("school", "name")

    async def add(self, client: Client, fingerprint: str) -> Client:
        """Keep a new client. The same request again answers with what was kept; another under its key is refused (422)."""
        row = {"fingerprint": fingerprint, **client.model_dump(mode="json")}
        return Client.model_validate(await create_once(self._collection, client.client_id, row, same=("school", "fingerprint")))

    async def get(self, client_id: UUID, *, caller: Caller) -> Client:
        """One client of the caller's school. Raises NotFound."""
        found = await self._collection.find_one({"_id": str(client_id), **_own(caller)})
        if found is None:
            raise NotFound("Ce client")
        return Client.model_validate(found)

    async def of_school(self, *, caller: Caller) -> list[Client]:
        """The clients of the caller's school, by name."""
        return [Client.model_validate(found) for found in await self._collection.find(_own(caller), sort=["name"])]


def _own(caller: Caller) -> dict[str, Any]:
    """The tenant filter: a caller who is no school has no client."""
    return {"school": caller.tenant if caller.kind == "school" else None}
