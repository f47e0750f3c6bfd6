"""What referrals said of each young person's age: no event of enrolment's own applications may carry it."""

from uuid import UUID

from pydantic import BaseModel

from shared.events.message import Message
from shared.events.referral import ReferralSubmitted
from shared.kernel.calendar import BirthMonth
from shared.kernel.errors import Unavailable
from shared.persistence.mongo import Database
from shared.projections.live import LiveProjection
from shared.projections.states import StateProjection


class Birth(BaseModel):
    """The month that the last referral said; none before the first."""

    month: BirthMonth | None = None


births = StateProjection("birth_months", Birth, key=lambda event: event.young_id, new=lambda _: Birth())


@births.on(ReferralSubmitted)
def referred(_: Birth, event: ReferralSubmitted) -> Birth:
    return Birth(month=event.birth_month)


class BirthMonths:
    """By `young_id`; changed only by events."""

    def __init__(self, database: Database) -> None:
        self._live = LiveProjection(births, database["birth_months"])

    async def handle(self, message: Message) -> None:
        """Keep what a referral said, for the day when a place is confirmed. Heard again late, it takes nothing back."""
        await self._live.apply(message)

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
