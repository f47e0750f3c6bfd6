"""What referrals said of each young person's age: no event of enrolment's own applications may carry it."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from pydantic import BaseModel

from shared.events.message import Message
from shared.events.referral import ReferralSubmitted, Situation
from shared.kernel.calendar import BirthMonth
from shared.kernel.errors import Unavailable
from shared.persistence.mongo import Database
from shared.projections.live import LiveProjection
from shared.projections.states import StateProjection


class Birth(BaseModel):
    """The month that the last referral said, none before the first; and whether any said that they were out of school."""

    month: BirthMonth | None = None
    out_of_school: bool = False


births = StateProjection("birth_months", Birth, key=lambda event: event.young_id, new=lambda _: Birth())


@births.on(ReferralSubmitted)
def referred(birth: Birth, event: ReferralSubmitted) -> Birth:
    return Birth(month=event.birth_month, out_of_school=birth.out_of_school or event.situation is Situation.OUT_OF_SCHOOL)


class BirthMonths:
    """By `young_id`; changed only by events."""

    def __init__(self, database: Database) -> None:
        self._live = LiveProjection(births, database["birth_months"])

    async def handle(self, message: Message) -> None:
        """Keep what a referral said, for the day when a place is confirmed. Heard again late, it takes nothing back."""
        await self._live.apply(message)

    async def were_out_of_school(self, young_id: UUID) -> bool:
        """Whether a referral said that they were out of school. One that was kept by an earlier build says no."""
        found = await self._live.collection.find_one({"_id": str(young_id)})
        return births.state_of(found).out_of_school if found else False

    async def of_each(self, young_ids: Iterable[UUID]) -> Mapping[UUID, BirthMonth]:
        """The birth months of those of whom a referral said one."""
        rows = await self._live.collection.find({"_id": {"$in": [str(id) for id in young_ids]}})
        months = {UUID(row["_id"]): births.state_of(row).month for row in rows}
        return {id: month for id, month in months.items() if month}

    async def find(self, young_id: UUID) -> BirthMonth | None:
        """The birth month that a referral said, if one was heard."""
        found = await self._live.collection.find_one({"_id": str(young_id)})
        return births.state_of(found).month if found else None

    async def of(self, young_id: UUID) -> BirthMonth:
        """The birth month that a referral said. An application exists only after it was kept."""
        month = await self.find(young_id)
        if month is None:
            raise Unavailable("not_heard_yet", "Le dossier de ce jeune n’est pas encore arrivé : recommencez dans un instant.")
        return month
