"""Why a school set ineligibility aside, sealed: its own words about someone, which leave this service to nobody else."""

from uuid import UUID

from shared.persistence.mongo import Collection, Session
from shared.persistence.sealing import Sealed


class Motives:
    """One per application that was examined all the same."""

    def __init__(self, collection: Collection, keys: tuple[bytes, ...]) -> None:
        self._collection = collection
        self.sealed = Sealed(collection, ("motive",), keys)

    async def prepare(self) -> None:
        """By young person."""
        await self._collection.index("young_id")
        await self.sealed.seal_anew()

    async def keep(self, intake_id: UUID, young_id: UUID, motive: str, *, session: Session) -> None:
        """Keep the motive of a dispensation, instead of one that was said before."""
        row = self.sealed.closed(_id(intake_id, young_id), {"young_id": str(young_id), "motive": motive})
        await self._collection.update({"_id": _id(intake_id, young_id)}, {"$set": row}, upsert=True, session=session)

    async def of(self, intake_id: UUID, young_id: UUID) -> str | None:
        """The motive of an application; None where there was no need of one."""
        found = await self._collection.majority().find_one({"_id": _id(intake_id, young_id)})
        return self.sealed.opened(found)["motive"] if found else None

    async def drop(self, young_id: UUID) -> None:
        """All that was said of one person."""
        await self._collection.delete({"young_id": str(young_id)})


def _id(intake_id: UUID, young_id: UUID) -> str:
    return f"{intake_id} {young_id}"
