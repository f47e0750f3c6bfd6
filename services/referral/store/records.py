"""What was decided of each `young_id`: aliases, erasures; and which pairs somebody found to be two persons."""

from collections.abc import Iterable
from uuid import UUID

from services.referral.domain.record import RECORDS
from shared.kernel.caller import Caller
from shared.persistence.mongo import Collection, Session
from shared.persistence.repository import Repository
from shared.persistence.transaction import Persistence
from shared.projections.aliases import of_one_person

Pair = tuple[UUID, UUID]
"""Two `young_id`, the lesser first."""


class Records:
    """Read and written by `young_id`."""

    def __init__(self, persistence: Persistence) -> None:
        self.documents = Repository(persistence, RECORDS)
        self._rows: Collection = self.documents.collection
        self._distinct: Collection = persistence.database["distinct_persons"]
        self._turn: Collection = persistence.database["record_turn"]
        self._clock = persistence.clock

    async def prepare(self) -> None:
        """Who are aliases of one; who is in a pair."""
        await self._rows.index("state.kept")
        await self._distinct.index("young_ids")

    async def take_turn(self, session: Session) -> None:
        """Decide of who is whom one after the other: two merges that each know nothing of the other may close a circle."""
        await self._turn.update({"_id": "turn"}, {"$inc": {"taken": 1}}, upsert=True, session=session)

    async def of_one_person(self, young_id: UUID, session: Session | None = None) -> set[UUID]:
        """Every `young_id` of a person, aliases and the kept one, this one among them."""
        return await of_one_person(self._rows, young_id, session)

    async def stands_for(self, young_id: UUID, session: Session) -> UUID:
        """Where a chain of aliases ends."""
        row = await self._rows.find_one({"_id": str(young_id)}, fields={"state.kept": 1}, session=session)
        kept = row["state"]["kept"] if row else None
        return await self.stands_for(UUID(kept), session) if kept else young_id

    async def is_erased(self, young_id: UUID, session: Session | None = None) -> bool:
        """Whether this person was erased."""
        erased = {"_id": str(young_id), "state.erased_on": {"$ne": None}}
        return await self._rows.find_one(erased, fields={"_id": 1}, session=session) is not None

    async def keep_distinct(self, caller: Caller, pair: Pair) -> None:
        """Somebody looked, and they are two. Again, it changes nothing."""
        ids = sorted(map(str, pair))
        row = {"young_ids": ids, "by": f"{caller.organisation} {caller.sub}", "at": self._clock.now()}
        await self._distinct.update({"_id": " ".join(ids)}, {"$setOnInsert": row}, upsert=True)

    async def decided(self, pairs: Iterable[Pair]) -> set[Pair]:
        """Those of these pairs of which somebody said that they are two, or that they are one."""
        ids = {" ".join(sorted(map(str, pair))): pair for pair in pairs}
        two = {ids[row["_id"]] for row in await self._distinct.find({"_id": {"$in": sorted(ids)}}, fields={"_id": 1})}
        merged = [pair for pair in ids.values() if pair not in two and pair[1] in await self.of_one_person(pair[0])]
        return two.union(merged)

    async def forget_pairs_of(self, young_id: UUID, session: Session) -> None:
        """What was said of pairs of which one is erased."""
        await self._distinct.delete({"young_ids": str(young_id)}, session=session)
