"""The read model of enrolments: one row each, fed by one key of one source."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, get_args
from uuid import UUID

from services.production.domain.pupils import AT_SCHOOL, GONE, Pupil, heard, pupil_of
from services.production.domain.told import PupilEvent, PupilRow
from services.production.domain.visibility import own_school
from shared.events.message import Message
from shared.kernel.calendar import monday_of
from shared.kernel.caller import Caller
from shared.persistence.mongo import Collection
from shared.projections.erased import Erased
from shared.projections.live import LiveProjection
from shared.projections.states import StateProjection

pupils = StateProjection(
    "pupils", PupilRow, key=lambda event: event.enrolment_id,
    new=lambda event: PupilRow(enrolment_id=event.enrolment_id, young_id=event.young_id, school=event.school),
)  # fmt: skip
pupils.in_place(*get_args(PupilEvent))(heard)


class Pupils:
    """Read by school; changed only by events."""

    def __init__(self, collection: Collection, erased: Erased) -> None:
        self.rows = collection
        self._live = LiveProjection(pupils, collection)
        self._erased = erased

    async def prepare(self) -> None:
        await self._live.collection.index("state.school", "state.young_id")
        await self._live.collection.index("state.young_id")
        await self._live.collection.index("state.school", "state.starts_on")

    async def follow(self, message: Message) -> None:
        """Take an event of a pupil in: the row ends the same whether the messages come once or more, in order or late.

        Of who is erased no row is kept: asked once it is written, for they may be erased meanwhile.
        """
        await self._live.apply(message)
        if await self._erased.has(young_id := UUID(message.key)):
            await self._drop(young_id)

    async def forget(self, young_id: UUID) -> None:
        """Keep nothing of an erased person, now nor later."""
        await self._erased.mark(young_id)
        await self._drop(young_id)

    async def _drop(self, young_id: UUID) -> None:
        await self._live.collection.delete({"state.young_id": str(young_id)})

    async def named(self, young_ids: Iterable[UUID], *, caller: Caller) -> dict[UUID, list[Pupil]]:
        """The enrolments of each of these young people in the caller's school."""
        enrolments: dict[UUID, list[Pupil]] = {}
        for pupil in await self._find({"state.young_id": {"$in": [str(id) for id in young_ids]}}, caller):
            enrolments.setdefault(pupil.young_id, []).append(pupil)
        return enrolments

    async def held_of(self, young_id: UUID) -> list[PupilRow]:
        """Every enrolment that was heard of someone, whatever the school."""
        rows = await self._live.collection.majority().find({"state.young_id": str(young_id)}, sort=["_id"])
        return [pupils.state_of(row) for row in rows]

    async def of_week(self, week: str, *, logged: Iterable[UUID], caller: Caller) -> list[Pupil]:
        """The enrolments in the caller's school of those who were there that week, and of those whose hours are logged."""
        monday = monday_of(week)
        begun = {"state.starts_on": {"$lte": (monday + timedelta(days=6)).isoformat()}}
        here = {**begun, "state.status": {"$in": sorted(AT_SCHOOL)}}
        left_later = {**begun, "state.status": {"$in": sorted(GONE)}, "state.left_on": {"$gte": monday.isoformat()}}
        theirs = {str(id) for id in logged}
        found = await self._find({"$or": [here, left_later, {"state.young_id": {"$in": sorted(theirs)}}]}, caller)
        return [pupil for pupil in found if str(pupil.young_id) in theirs or pupil.is_there_in(week)]

    async def _find(self, where: Mapping[str, Any], caller: Caller) -> list[Pupil]:
        """Those that match and whose enrolment itself was heard."""
        own = own_school(caller)
        if own is None:
            return []
        known = {**{f"state.{field}": value for field, value in own.items()}, "state.birth_month": {"$ne": None}}
        found = await self._live.collection.majority().find({**known, **where}, sort=["state.starts_on", "_id"])
        return [pupil for row in found if (pupil := pupil_of(PupilRow.model_validate(row["state"])))]
