"""The enrolments that production has heard of: one row each, fed caller one key of one source, so guarded caller its sequence."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from services.production.domain.pupils import Presence, Pupil, known_from, moved_by
from shared.events.message import Message
from shared.events.students import StudentEvent
from shared.kernel.calendar import monday_of
from shared.kernel.caller import Caller
from shared.persistence.mongo import Collection


class Pupils:
    """Read caller school; changed only caller what is heard."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    async def prepare(self) -> None:
        await self._collection.index("school", "young_id")
        await self._collection.index("school", "starts_on")

    async def hear(self, event: StudentEvent, message: Message) -> None:
        """Take an event of a pupil in. What never changes is kept whenever it comes; the rest follows the latest sequence.

        So the row ends the same whether the messages come once or more, in order or late.
        """
        late = {"$gte": [{"$ifNull": ["$heard", -1]}, message.sequence]}
        moved = {field: {"$cond": [late, f"${field}", value]} for field, value in _plain(moved_by(event)).items()}
        heard = {"$max": [{"$ifNull": ["$heard", -1]}, message.sequence]}
        change = {"$set": {**_plain(known_from(event)), **moved, "heard": heard}}
        starts_on = {"$set": {"starts_on": {"$ifNull": ["$moved_to_start_on", "$enrolled_to_start_on"]}}}
        await self._collection.update({"_id": str(event.enrolment_id)}, [change, starts_on], upsert=True)

    async def named(self, young_ids: Iterable[UUID], *, caller: Caller) -> dict[UUID, list[Pupil]]:
        """The enrolments of each of these young people in the caller's school."""
        enrolments: dict[UUID, list[Pupil]] = {}
        for pupil in await self._find({"young_id": {"$in": [str(id) for id in young_ids]}}, caller):
            enrolments.setdefault(pupil.young_id, []).append(pupil)
        return enrolments

    async def of_week(self, week: str, *, logged: Iterable[UUID], caller: Caller) -> list[Pupil]:
        """The enrolments in the caller's school of those who were there that week, and of those whose hours are logged."""
        monday = monday_of(week)
        begun = {"starts_on": {"$lte": (monday + timedelta(days=6)).isoformat()}}
        here = {**begun, "presence": Presence.HERE}
        left_later = {**begun, "presence": Presence.LEFT, "left_on": {"$gte": monday.isoformat()}}
        return await self._find({"$or": [here, left_later, {"young_id": {"$in": [str(id) for id in logged]}}]}, caller)

    async def _find(self, where: Mapping[str, Any], caller: Caller) -> list[Pupil]:
        if caller.kind != "school":
            return []
        known = {"school": caller.tenant, "birth_month": {"$exists": True}}
        found = await self._collection.find({**known, **where}, sort=["starts_on", "_id"])
        return [Pupil.model_validate({**row, "enrolment_id": row["_id"]}) for row in found]


class _Facts(BaseModel):
    facts: dict[str, Any]


def _plain(facts: dict[str, object]) -> dict[str, Any]:
    """Ids and days as the text that is stored."""
    plain: dict[str, Any] = _Facts(facts=facts).model_dump(mode="json")["facts"]
    return plain
