"""The clients of each school. They publish nothing, so a plain collection keeps them: who they are, sealed."""

from collections.abc import Mapping, Sequence
from datetime import date
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
LONGEST_KEY = 200
"""Of what clients are sorted by, which a cursor carries: one letter of a script may be twenty in ours."""


class Clients:
    """Each client belongs to one school, and is created once per request key."""

    def __init__(self, collection: Collection, keys: tuple[bytes, ...]) -> None:
        self._collection = collection
        self.sealed = Sealed(collection, SAID, keys)

    async def prepare(self) -> None:
        """By school; not by name, as an earlier build had it."""
        await self._collection.without_index("school", "name")
        await self._collection.index("school")
        await self.sealed.seal_anew()

    async def add(self, client: Client, fingerprint: str, *, today: date) -> Client:
        """Keep a new client from today on, whatever day they are said to be one since.

        The same request again answers with what was kept; another under its key is refused (422).
        """
        row = {"fingerprint": fingerprint, "kept_since": today.isoformat(), **client.model_dump(mode="json")}
        row = self.sealed.closed(client.client_id, row)
        kept = await create_once(self._collection, client.client_id, row, same=("school", "fingerprint"))
        return Client.model_validate(self.sealed.opened(kept))

    async def get(self, client_id: UUID, *, caller: Caller) -> Client:
        """One client of the caller's school. Raises NotFound."""
        own = own_school(caller)
        row = None if own is None else await self._collection.majority().find_one({"_id": str(client_id), **own})
        if row is None:
            raise NotFound("Ce client")
        return Client.model_validate(self.sealed.opened(row))

    async def with_orders(self, *, kept_before: date) -> Mapping[UUID, Mapping[UUID, Sequence[date]]]:
        """The clients kept since before a day, of any school, each with its orders and the days of their steps."""
        orders = {"from": "orders", "localField": "_id", "foreignField": "state.client_id", "as": "orders"}
        known = {"kept_since": {"$lt": kept_before.isoformat()}}
        shown = {"orders._id": 1, "orders.state.steps": 1}
        found = await self._collection.aggregate([{"$match": known}, {"$lookup": orders}, {"$project": shown}])
        return {UUID(row["_id"]): {UUID(one["_id"]): _days(one["state"]["steps"]) for one in row["orders"]} for row in found}

    async def forget(self, client_id: UUID) -> None:
        """Delete a client."""
        await self._collection.delete({"_id": str(client_id)})

    async def of_school(self, asked: Asked, *, caller: Caller) -> Part[Client]:
        """The clients of the caller's school, by name: sorted once opened, as the database cannot."""
        own = own_school(caller)
        if own is None:
            return Part([], None)
        rows = await self._collection.majority().find(own)
        return part_of([Client.model_validate(self.sealed.opened(row)) for row in rows], _by_name, asked)


def _by_name(client: Client) -> Position:
    return [anyascii(client.name).casefold()[:LONGEST_KEY], str(client.client_id)]


def _days(steps: Mapping[str, str]) -> list[date]:
    return [date.fromisoformat(day) for day in steps.values()]
