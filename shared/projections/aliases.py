"""Which `young_id` are of one person, as referral tells: an alias leads to the one that is kept, which may be one in turn.

Resolved on reading alone: no row is moved, and no key.
"""

from collections.abc import Mapping
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.events.message import Message
from shared.events.persons import PersonMerged, PersonSplit
from shared.persistence.mongo import Collection, Database, Session
from shared.projections.live import LiveProjection
from shared.projections.states import StateProjection


class Alias(BaseModel):
    """Whom a `young_id` is an alias of; None once they were split again."""

    model_config = ConfigDict(frozen=True)
    young_id: UUID
    kept: UUID | None = None


aliases = StateProjection("aliases", Alias, key=lambda event: event.young_id, new=lambda event: Alias(young_id=event.young_id))


@aliases.on(PersonMerged)
def merged(alias: Alias, event: PersonMerged) -> Alias:
    return alias.model_copy(update={"kept": event.kept})


@aliases.on(PersonSplit)
def split(alias: Alias, _event: PersonSplit) -> Alias:
    return alias.model_copy(update={"kept": None})


def kept_of(young_id: UUID, aliases: Mapping[UUID, UUID]) -> UUID:
    """The one `young_id` that stands for a person: where the chain of aliases ends. A circle, never told, ends at its least."""
    seen = [young_id]
    while (kept := aliases.get(seen[-1])) is not None:
        if kept in seen:
            return min(seen[seen.index(kept) :])
        seen.append(kept)
    return seen[-1]


async def of_one_person(rows: Collection, young_id: UUID, session: Session | None = None) -> set[UUID]:
    """Every `young_id` of a person, the one that is asked for among them. `rows` hold aliases: `_id` and `state.kept`."""
    found: set[str] = set()
    new = {str(young_id)}
    while new:
        found |= new
        known = {"$or": [{"_id": {"$in": sorted(new)}}, {"state.kept": {"$in": sorted(new)}}]}
        linked = await rows.find(known, fields={"state.kept": 1}, session=session)
        new = {id for row in linked for id in (row["_id"], row["state"]["kept"]) if id} - found
    return set(map(UUID, found))


class Aliases:
    """By `young_id`; changed only by events."""

    def __init__(self, database: Database) -> None:
        self._live = LiveProjection(aliases, database[aliases.name])

    async def prepare(self) -> None:
        """Who are aliases of one."""
        await self._live.collection.index("state.kept")

    async def follow(self, message: Message) -> None:
        """Take in that two are one, or two again."""
        await self._live.apply(message)

    async def same_as(self, young_id: UUID, session: Session | None = None) -> set[UUID]:
        """Every other `young_id` of the same person."""
        return await of_one_person(self._live.collection, young_id, session) - {young_id}

    async def every(self) -> Mapping[UUID, UUID]:
        """Each alias, with whom it is one of."""
        rows = await self._live.collection.find({"state.kept": {"$ne": None}})
        found = map(aliases.state_of, rows)
        return {alias.young_id: alias.kept for alias in found if alias.kept}
