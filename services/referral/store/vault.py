"""The vault: the only place where identity lives. Read by the agency that sent it, and by the schools of its applications.

A person holds what each agency sent, sealed under a key of their own, and keyed hashes of the traits that match two
referrals: so neither a file, a log nor an error of the database shows a name.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.referral.domain.person import Identity, ProbableMatch, Sent, first_traits, second_traits
from services.referral.store.identity_keys import IdentityKeys
from shared.kernel.clock import Clock
from shared.kernel.errors import NotFound
from shared.kernel.identifiers import Slug
from shared.kernel.secrets import derived
from shared.persistence.mongo import Collection, Database, Session
from shared.persistence.sealing import AT_ONCE, seal_json, unseal_json
from shared.persistence.writes import Row
from shared.web.idempotency import fingerprint, keyed_id

IN_CLEAR = ("referral_id", "agency", "earlier")
"""What the database may know of what was sent; all the rest of it is sealed, whatever it comes to hold."""


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
    """Persons by `young_id`, and the keys that open what was sent of each."""

    def __init__(self, database: Database, clock: Clock, wrapping: Sequence[bytes]) -> None:
        """`wrapping` are the key-encryption keys, that which wraps new ones first."""
        self.persons: Collection = database["persons"]
        self.keys = IdentityKeys(database["identity_keys"], wrapping)
        self._clock = clock

    async def prepare(self) -> None:
        """One person per second trait, whatever the concurrency. What earlier builds kept otherwise is put as it is now.

        They kept one first trait of each, no list; and what was sent in clear.
        """
        await self.persons.index("second", unique=True, sparse=True)
        await self.persons.index("first")
        for person in await self.persons.find({"first": {"$type": "string"}}, fields={"first": 1}):
            alone = {"_id": person["_id"], "first": {"$type": "string"}}
            await self.persons.update(alone, {"$set": {"first": [person["first"]]}})
        await self.keys.prepare()
        await self._seal_earlier()

    async def _seal_earlier(self) -> None:
        in_clear = {"sent.identity": {"$exists": True}}
        while found := await self.persons.find(in_clear, fields={"sent": 1}, limit=AT_ONCE):
            for row in found:
                key, sent = await self.keys.obtain(row["_id"]), row["sent"]
                sealed = [entry if "sealed" in entry else _closed(key, row["_id"], entry) for entry in sent]
                unchanged = {"_id": row["_id"], **in_clear, "sent": {"$size": len(sent)}}
                await self.persons.update(unchanged, {"$set": {"sent": sealed}})

    async def keep(self, sent: Sent, traits: Traits, new_id: UUID, session: Session) -> UUID:
        """Keep what was sent: with the person who has one of its second traits, else with a new one. Whose young_id.

        Of two known persons that match by different traits the elder gets it; both stay in the list of probable matches.
        """
        known = {"second": {"$in": list(traits.second)}}
        found = await self.persons.find(known, sort=["since", "_id"], session=session)
        young_id = found[0]["_id"] if found else str(new_id)
        entry = _closed(await self.keys.obtain(young_id, session=session), young_id, sent.model_dump(mode="json"))
        if not found:
            row = {"_id": young_id, "first": list(traits.first), "since": self._clock.now(), "sent": [entry]}
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
        ids = [str(id) for id in young_ids]
        rows = await self.persons.majority().find({"_id": {"$in": ids}}, fields={"sent": 1})
        keys = await self.keys.of(ids)
        every = [sent for row in rows if row["_id"] in keys for sent in _opened(keys[row["_id"]], row)]
        return {sent.referral_id: sent for sent in every}

    async def forget(self, young_id: UUID, session: Session) -> None:
        """Nothing kept of a person's identity opens any more, nor what a backup kept of it: their key goes, and their row."""
        await self.keys.destroy(young_id, session=session)
        await self.persons.delete({"_id": str(young_id)}, session=session)

    async def sent_of(self, young_id: UUID) -> list[Sent]:
        """All that agencies sent about a person, latest last. NotFound where there is nothing, or no longer."""
        sent = list((await self.sent_with([young_id])).values())
        if not sent:
            raise NotFound
        return sent

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


def _closed(key: bytes, young_id: str, entry: Row) -> Row:
    """What was sent, as it is kept: it opens under this key, as this person's and with this referral alone."""
    said = {name: value for name, value in entry.items() if name not in IN_CLEAR}
    sealed = seal_json(key, said, about=_about(young_id, entry))
    return {**{name: entry.get(name) for name in IN_CLEAR}, "sealed": sealed}


def _opened(key: bytes, row: Row) -> Iterator[Sent]:
    for entry in row["sent"]:
        about, clear = _about(row["_id"], entry), {name: value for name, value in entry.items() if name != "sealed"}
        said = unseal_json(key, entry["sealed"], about=about) if "sealed" in entry else {}
        yield Sent.model_validate({**clear, **said})


def _about(young_id: str, entry: Row) -> str:
    return f"sent {young_id} {entry['referral_id']}"
