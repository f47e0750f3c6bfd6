"""The files of referrals: what they said of each young person's age, and whether anything is missing.

No event of enrolment's own applications may carry it.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from services.enrolment.domain.files import File, Files
from shared.events.amendments import ReferralAmended
from shared.events.message import Message
from shared.events.referral import ReferralCompleted, ReferralSubmitted, Situation
from shared.persistence.mongo import Database
from shared.persistence.writes import Row
from shared.projections.erased import Erased
from shared.projections.live import LiveProjection
from shared.projections.states import StateProjection

files = StateProjection("files", Files, key=lambda event: event.young_id, new=lambda _: Files())


@files.on(ReferralSubmitted, ReferralAmended)
def said(known: Files, event: ReferralSubmitted | ReferralAmended) -> Files:
    return _with(known, event.referral_id, _file(event))


def _file(event: ReferralSubmitted | ReferralAmended) -> File:
    out_of_school = event.situation is Situation.OUT_OF_SCHOOL
    departments = tuple(sorted({department for wish in event.wishes for department in wish.departments}))
    return File(birth_month=event.birth_month, out_of_school=out_of_school, complete=event.complete, departments=departments)


@files.on(ReferralCompleted)
def completed(known: Files, event: ReferralCompleted) -> Files:
    file = known.of(event.referral_id)
    return _with(known, event.referral_id, file.model_copy(update={"complete": True})) if file else known


def _with(known: Files, referral_id: UUID, file: File) -> Files:
    return known.model_copy(update={"by_referral": {**known.by_referral, referral_id: file}})


class ReferralFiles:
    """By `young_id`; changed only by events."""

    def __init__(self, database: Database, erased: Erased) -> None:
        self._erased = erased
        self.earlier = database["birth_months"]
        """Of an earlier build: one birth month of each young person."""
        self._live = LiveProjection(files, database["files"])

    async def take_over(self, row: Row) -> None:
        """Go on here with what an earlier build kept."""
        state = Files.model_validate(row["state"]).model_dump(mode="json")
        await self._live.collection.update({"_id": row["_id"]}, {"$setOnInsert": {**row, "state": state}}, upsert=True)
        await self.earlier.delete({"_id": row["_id"]})

    async def follow(self, message: Message) -> None:
        """Keep what a referral said, for the day when a place is confirmed. Heard again late, it takes nothing back.

        Of who is erased nothing is kept: asked once it is written, for they may be erased meanwhile.
        """
        await self._live.apply(message)
        if await self._erased.has(young_id := UUID(message.key)):
            await self.drop(young_id)

    async def drop(self, young_id: UUID) -> None:
        """What was said of one person."""
        await self._live.collection.delete({"_id": str(young_id)})

    async def of_each(self, young_ids: Iterable[UUID]) -> Mapping[UUID, Files]:
        """The files of each of whom a referral was heard."""
        rows = await self._live.collection.find({"_id": {"$in": [str(id) for id in young_ids]}})
        return {UUID(row["_id"]): files.state_of(row) for row in rows}

    async def of(self, young_id: UUID) -> Files:
        """Every referral's file. An application exists only after it was kept."""
        return (await self.of_each([young_id])).get(young_id, Files())
