"""The clients of each school. They publish nothing, so a plain collection keeps them: who they are, sealed."""

from uuid import UUID

from anyascii import anyascii

from services.production.domain.clients import Client
from services.production.domain.visibility import own_school
from shared.kernel.caller import Caller
from shared.kernel.errors import NotFound
from shared.persistence.keyset import Asked, Part, Position, part_of
from shared.persistence.mongo import Collection
from shared.persistence.once import create_once
from shared.persistence.sealing import Sealed

SAID = ("name", "siret", "contact")
"""Who a client is, in the words of its school."""


class Clients:
    """Each client belongs to one school, and is created once per request key."""

    def __init__(self, collection: Collection, key: bytes) -> None:
        self._collection = collection
        self._sealed = Sealed(collection, SAID, key)

    async def prepare(self) -> None:
        """By school. An earlier build kept them in clear, and their names in an index."""
        await self._collection.without_index("school", "name")
        await self._collection.index("school")
        await self._sealed.close_earlier()

    async def add(self, client: Client, fingerprint: str) -> Client:
        """Keep a new client. The same request again answers with what was kept; another under its key is refused (422)."""
        row = self._sealed.closed(client.client_id, {"fingerprint": fingerprint, **client.model_dump(mode="json")})
        kept = await create_once(self._collection, client.client_id, row, same=("school", "fingerprint"))
        return Client.model_validate(self._sealed.opened(kept))

    async def get(self, client_id: UUID, *, caller: Caller) -> Client:
        """One client of the caller's school. Raises NotFound."""
        own = own_school(caller)
        row = None if own is None else await self._collection.majority().find_one({"_id": str(client_id), **own})
        if row is None:
            raise NotFound("Ce client")
        return Client.model_validate(self._sealed.opened(row))

    async def of_school(self, asked: Asked, *, caller: Caller) -> Part[Client]:
        """The clients of the caller's school, by name: sorted once opened, as the database cannot."""
        own = own_school(caller)
        if own is None:
            return Part([], None)
        rows = await self._collection.majority().find(own)
        return part_of([Client.model_validate(self._sealed.opened(row)) for row in rows], _by_name, asked)


def _by_name(client: Client) -> Position:
    return [anyascii(client.name).casefold(), str(client.client_id)]
