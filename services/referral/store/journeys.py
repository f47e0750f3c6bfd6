"""Where journeys are kept: one row per young person, written only where it is the one that was read."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from services.referral.domain.journey import Journey, hear
from shared.events.message import Message
from shared.kernel.errors import Unavailable
from shared.persistence.failures import DuplicateKey
from shared.persistence.mongo import Collection, Database
from shared.persistence.transaction import CLASHES


class Journeys:
    """What enrolment said, by `young_id`."""

    def __init__(self, database: Database) -> None:
        self.collection: Collection = database["journeys"]

    async def of(self, young_id: UUID) -> Journey:
        """The journey of one young person; an empty one when nothing was heard yet."""
        return (await self.of_each([young_id]))[young_id]

    async def of_each(self, young_ids: Iterable[UUID]) -> Mapping[UUID, Journey]:
        """The journey of each."""
        wanted = set(young_ids)
        rows = await self.collection.find({"_id": {"$in": [str(id) for id in wanted]}}, fields={"state": 1})
        found = [Journey.model_validate(row["state"]) for row in rows]
        return {id: Journey(young_id=id) for id in wanted} | {journey.young_id: journey for journey in found}

    async def hear(self, message: Message, young_id: UUID) -> tuple[Journey, int]:
        """Fold a message in, once, and answer with the journey and its revision, which counts the messages heard."""
        event = message.event()
        for _ in range(CLASHES):
            row = await self.collection.find_one({"_id": str(young_id)})
            before = Journey.model_validate(row["state"]) if row else Journey(young_id=young_id)
            revision: int = row["version"] if row else 0
            after = hear(before, event, slot=message.inbox_key, sequence=message.sequence)
            if after is before or await self._save(after, revision):
                return after, revision + (after is not before)
        raise Unavailable("busy", "Trop de messages à la fois sur ce parcours.")

    async def _save(self, journey: Journey, read: int) -> bool:
        row: dict[str, Any] = {"state": journey.model_dump(mode="json"), "version": read + 1}
        id = str(journey.young_id)
        try:
            found = await self.collection.update({"_id": id, "version": read}, {"$set": row}, upsert=read == 0)
        except DuplicateKey:
            return False
        return bool(found.found or found.made)
