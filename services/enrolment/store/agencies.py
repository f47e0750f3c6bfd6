"""The public names and kinds of partner agencies, as referral tells them."""

from collections.abc import Iterable, Mapping

from pydantic import BaseModel

from shared.events.message import Message
from shared.events.referral import AgencyKind, AgencyRegistered
from shared.persistence.mongo import Database
from shared.projections.live import LiveProjection
from shared.projections.states import StateProjection


class Agency(BaseModel):
    """Under its latest name. Of one that an earlier build heard of, the kind is known once referral says it again."""

    name: str = ""
    kind: AgencyKind | None = None


agencies = StateProjection("agencies", Agency, key=lambda event: event.agency, new=lambda _: Agency())


@agencies.on(AgencyRegistered)
def registered(_: Agency, event: AgencyRegistered) -> Agency:
    return Agency(name=event.name, kind=event.kind)


class Agencies:
    """By id; changed only by events."""

    def __init__(self, database: Database) -> None:
        self._live = LiveProjection(agencies, database["agencies"])

    async def follow(self, message: Message) -> None:
        """Keep the name and the kind that an agency was registered under."""
        await self._live.apply(message)

    async def names(self, ids: Iterable[str]) -> Mapping[str, str]:
        """The name of each of these, where it was heard."""
        return {id: agency.name for id, agency in (await self._each(ids)).items()}

    async def kinds(self, ids: Iterable[str]) -> Mapping[str, AgencyKind | None]:
        """The kind of each of these, where it was heard."""
        return {id: agency.kind for id, agency in (await self._each(ids)).items()}

    async def _each(self, ids: Iterable[str]) -> Mapping[str, Agency]:
        wanted = sorted(set(ids))
        rows = await self._live.collection.majority().find({"_id": {"$in": wanted}}) if wanted else []
        return {row["_id"]: agencies.state_of(row) for row in rows}
