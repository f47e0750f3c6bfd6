"""What a school writes about meeting somebody, sealed: where, with whom, what was said. No topic carries a word of it."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from services.enrolment.domain.words import Said
from shared.persistence.mongo import Collection, Session
from shared.persistence.sealing import Sealed


class Words:
    """By application and by what they are about: the interview, the immersion, one attempt to reach somebody."""

    def __init__(self, collection: Collection, keys: tuple[bytes, ...]) -> None:
        self._collection = collection
        self.sealed = Sealed(collection, tuple(Said.model_fields), keys)

    async def prepare(self) -> None:
        """By young person."""
        await self._collection.index("young_id")
        await self.sealed.seal_anew()

    async def keep(self, intake_id: UUID, young_id: UUID, about: str, said: Said, session: Session) -> bool:
        """Keep what is said of something now, instead of what was; whether that is other than before."""
        id = f"{intake_id} {young_id} {about}"
        found = await self._collection.find_one({"_id": id}, session=session)
        if (Said(**self._opened(found)) if found else Said()) == said:
            return False
        row = self.sealed.closed(id, {"intake_id": str(intake_id), "young_id": str(young_id), "about": about, **dict(said)})
        await self._collection.update({"_id": id}, {"$set": row}, upsert=True, session=session)
        return True

    async def of_each(self, young_ids: Iterable[UUID]) -> Mapping[tuple[UUID, UUID], Mapping[str, Said]]:
        """What is said of each application of these, by intake and young person."""
        rows = await self._collection.majority().find({"young_id": {"$in": [str(id) for id in young_ids]}})
        found: dict[tuple[UUID, UUID], dict[str, Said]] = {}
        for row in rows:
            of_one = found.setdefault((UUID(row["intake_id"]), UUID(row["young_id"])), {})
            of_one[row["about"]] = Said(**self._opened(row))
        return found

    async def drop(self, young_id: UUID) -> None:
        """All that was said of one person."""
        await self._collection.delete({"young_id": str(young_id)})

    def _opened(self, row: Mapping[str, object]) -> dict[str, str | None]:
        opened = self.sealed.opened(dict(row))
        return {name: opened[name] for name in Said.model_fields}
