"""The public names of partner agencies, as referral tells them."""

from collections.abc import Iterable, Mapping

from pydantic import BaseModel

from shared.events.message import Message
from shared.events.referral import AgencyRegistered
from shared.persistence.mongo import Database
from shared.projections.live import LiveProjection
from shared.projections.states import StateProjection


class Agency(BaseModel):
    """Under its latest name."""

    name: str = ""


agencies = StateProjection("agencies", Agency, key=lambda event: event.agency, new=lambda _: Agency())


@agencies.on(AgencyRegistered)
def registered(_: Agency, event: AgencyRegistered) -> Agency:
    return Agency(name=event.name)


class Agencies:
    """By id; changed only by events."""

    def __init__(self, database: Database) -> None:
        self._live = LiveProjection(agencies, database["agencies"])

    async def follow(self, message: Message) -> None:
        """Keep the name that an agency was registered under."""
        await self._live.apply(message)

    async def names(self, ids: Iterable[str]) -> Mapping[str, str]:
        """The name of each of these, where it was heard."""
        wanted = sorted(set(ids))
        rows = await self._live.collection.majority().find({"_id": {"$in": wanted}}) if wanted else []
        return {row["_id"]: agencies.state_of(row).name for row in rows}
