"""The vault: the only place where identity lives. Read by the agency that sent it, and by the schools of its applications.

A person holds what each agency sent, and keyed hashes of the traits that match two referrals: so even an error of the
database shows no name.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from services.referral.domain.person import Identity, ProbableMatch, Sent, first_traits, second_traits
from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.errors import NotFound
from shared.kernel.identifiers import Slug
from shared.kernel.secrets import derived
from shared.persistence.mongo import Collection, Database, Session
from shared.web.idempotency import fingerprint, keyed_id


@dataclass(frozen=True)
class Traits:
    """Keyed hashes: `first` of names and birth date in each spelling, `second` of the same with one more trait each."""

    first: tuple[str, ...]
    second: tuple[str, ...]


def traits_of(identity: Identity, secret: bytes) -> Traits:
    """The traits by which an identity is recognised."""
    key, first, second = derived(secret, "matching"), first_traits(identity), second_traits(identity)
    return Traits(tuple(fingerprint(key, one) for one in first), tuple(fingerprint(key, one) for one in second))


def referral_id_of(secret: bytes, agency: Slug, external_id: str) -> UUID:
    """The id of a referral that its agency knows by a reference: from a keyed hash, whence the reference cannot be found."""
    return keyed_id(secret, "external ids", [agency, external_id])


class Vault:
    """Persons by `young_id`, and the audit of who read them."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.persons: Collection = database["persons"]
        self.audit: Collection = database["audit"]
        self._clock = clock

    async def prepare(self) -> None:
        """One person per second trait, whatever the concurrency. An earlier build kept one first trait of each, no list."""
        await self.persons.index("second", unique=True, sparse=True)
        await self.persons.index("first")
        await self.audit.index("young_id", "at")
        for person in await self.persons.find({"first": {"$type": "string"}}, fields={"first": 1}):
            alone = {"_id": person["_id"], "first": {"$type": "string"}}
            await self.persons.update(alone, {"$set": {"first": [person["first"]]}})

    async def keep(self, sent: Sent, traits: Traits, new_id: UUID, session: Session) -> UUID:
        """Keep what was sent: with the person who has one of its second traits, else with a new one. Whose young_id.

        Of two known persons that match by different traits the elder gets it; both stay in the list of probable matches.
        """
        known = {"second": {"$in": list(traits.second)}}
        found = await self.persons.find(known, sort=["since", "_id"], session=session)
        entry = sent.model_dump(mode="json")
        if not found:
            row = {"_id": str(new_id), "first": list(traits.first), "since": self._clock.now(), "sent": [entry]}
            second = {"second": list(traits.second)} if traits.second else {}  # an empty list would count as one value
            await self.persons.insert({**row, **second}, session=session)
            return new_id
        person, *others = found
        taken = {trait for other in others for trait in other["second"]}
        free = [trait for trait in traits.second if trait not in taken]
        known_by = {"first": {"$each": list(traits.first)}, "second": {"$each": free}}
        added = {"$push": {"sent": entry}, "$addToSet": known_by}
        await self.persons.update({"_id": person["_id"]}, added, session=session)
        return UUID(person["_id"])

    async def earlier_of(self, agency: Slug, traits: Traits, session: Session) -> UUID | None:
        """The first referral that an agency made of someone of these names and birth date, if it made one."""
        known = {"first": {"$in": list(traits.first)}, "sent.agency": agency}
        found = await self.persons.find(known, sort=["since", "_id"], session=session)
        own = (sent["referral_id"] for person in found for sent in person["sent"] if sent["agency"] == agency)
        return next(map(UUID, own), None)

    async def sent_with(self, young_ids: Iterable[UUID]) -> Mapping[UUID, Sent]:
        """What was sent about these persons, by referral, in the order in which it came for each."""
        rows = await self.persons.majority().find({"_id": {"$in": [str(id) for id in young_ids]}}, fields={"sent": 1})
        every = [Sent.model_validate(sent) for row in rows for sent in row["sent"]]
        return {sent.referral_id: sent for sent in every}

    async def read_for_a_school(self, caller: Caller, young_id: UUID) -> list[Sent]:
        """All that agencies sent about an applicant, latest last. The read is in the audit before anything is answered."""
        row = {"organisation": caller.organisation, "sub": caller.sub, "young_id": str(young_id), "at": self._clock.now()}
        await self.audit.insert(row)
        person = await self.persons.majority().find_one({"_id": str(young_id)}, fields={"sent": 1})
        if person is None:
            raise NotFound
        return [Sent.model_validate(sent) for sent in person["sent"]]

    async def probable_matches(self) -> list[ProbableMatch]:
        """Persons who share names and birth date and nothing more: a human decides. The latest first."""
        alike = await self.persons.aggregate(
            [
                {"$sort": {"_id": 1}},
                {"$unwind": "$first"},
                {"$group": {"_id": "$first", "young_ids": {"$push": "$_id"}, "since": {"$max": "$since"}}},
                {"$match": {"young_ids.1": {"$exists": True}}},
                {"$group": {"_id": "$young_ids", "young_ids": {"$first": "$young_ids"}, "since": {"$first": "$since"}}},
                {"$sort": {"since": -1, "_id": 1}},
                {"$project": {"_id": 0}},
            ]
        )
        return [ProbableMatch(since=row["since"], young_ids=tuple(map(UUID, sorted(row["young_ids"])))) for row in alike]
