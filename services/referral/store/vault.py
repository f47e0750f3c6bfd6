"""The vault: the only place where identity lives. Read by the agency that sent it, and by the schools of its applications.

A person holds what each agency sent, sealed under a key of their own, and keyed hashes of the traits that match two
referrals: so neither a file, a log nor an error of the database shows a name.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from uuid import UUID

from services.referral.domain.matching import Traits
from services.referral.domain.person import Sent
from services.referral.domain.record import gone
from services.referral.store.identity_keys import IdentityKeys
from services.referral.store.recognition import fields_of, recognised, together, traits_of
from shared.kernel.clock import Clock
from shared.kernel.errors import NotFound
from shared.kernel.identifiers import Slug
from shared.persistence.mongo import Collection, Database, Session
from shared.persistence.sealing import seal_json, unseal_json
from shared.persistence.writes import Row
from shared.web.idempotency import keyed_id

IN_CLEAR = ("referral_id", "agency", "earlier")
"""What the database may know of what was sent; all the rest of it is sealed, whatever it comes to hold."""


def referral_id_of(secret: bytes, agency: Slug, external_id: str) -> UUID:
    """The id of a referral that its agency knows by a reference: from a keyed hash, whence the reference cannot be found."""
    return keyed_id(secret, "external ids", [agency, external_id])


class Vault:
    """Persons by `young_id`, and the keys that open what was sent of each."""

    def __init__(self, database: Database, clock: Clock, wrapping: Sequence[bytes]) -> None:
        """`wrapping` are the key-encryption keys, that which wraps new ones first."""
        self.persons: Collection = database["persons"]
        self.keys = IdentityKeys(database["identity_keys"], wrapping)
        self.clock = clock

    async def prepare(self) -> None:
        """A link leads to one person, whatever the concurrency."""
        await self.persons.index("links", unique=True, sparse=True)
        for field in ("names", "linking", "ine"):
            await self.persons.index(field)
        await self.keys.prepare()

    async def recognise_earlier(self, row: Row, secret: bytes) -> None:
        """Have a person of an earlier build recognised as all are now: that one went by their commune too.

        Of two who were sent with the same phone the elder, who is done first, has the link. Whose key is gone is recognised no
        more.
        """
        sent = (await self.sent_with([UUID(row["_id"])])).values()
        if sent:
            traits = together(traits_of(one.identity, secret) for one in sent)
            fields = fields_of(traits, map(recognised, await self._alike(traits)))
            known_then = {"_id": row["_id"], "names": {"$exists": False}}
            await self.persons.update(known_then, {"$set": fields, "$unset": {"first": "", "second": ""}})

    async def seal_earlier(self, row: Row) -> None:
        """Seal what was sent of a person and is in clear, and what is in a form of before: all of it as it is said now."""
        clear = any("sealed" not in entry for entry in row["sent"])
        key = await self.keys.obtain(row["_id"]) if clear else (await self.keys.of([row["_id"]])).get(row["_id"])
        if key is None:
            return
        sent = [_as_said_now(key, row["_id"], entry) for entry in row["sent"]]
        if sent != row["sent"]:
            await self.persons.update({"_id": row["_id"], "sent": row["sent"]}, {"$set": {"sent": sent}})

    async def _alike(self, traits: Traits, session: Session | None = None) -> list[Row]:
        """Who was sent with one of these linking traits: first those whose link it is, then the elder."""
        found = await self.persons.find({"linking": {"$in": sorted(traits.linking)}}, sort=["since", "_id"], session=session)
        return sorted(found, key=lambda row: traits.linking.isdisjoint(row.get("links", ())))

    async def lacking(self, sent: Mapping[UUID, UUID], session: Session) -> set[UUID]:
        """Of referrals, by the young_id of each, those whose file a restore did not bring back.

        What is there and no key opens stays so.
        """
        ids = sorted({str(young_id) for young_id in sent.values()})
        rows = await self.persons.find({"_id": {"$in": ids}}, fields={"sent.referral_id": 1}, session=session)
        kept = {row["_id"]: {one["referral_id"] for one in row["sent"]} for row in rows}
        open_to_us = await self.keys.of(kept, session=session) if kept else {}
        return {
            referral_id for referral_id, young_id in sent.items()
            if (id := str(young_id)) not in kept or (str(referral_id) not in kept[id] and id in open_to_us)
        }  # fmt: skip

    async def keep_again(self, sent: Sent, traits: Traits, young_id: UUID, session: Session) -> None:
        """Keep what a restore did not bring back, with whom it was of then, whoever they are like."""
        entry = closed(await self.keys.obtain(str(young_id), session=session), str(young_id), sent.model_dump(mode="json"))
        others = [recognised(row) for row in await self._alike(traits, session) if row["_id"] != str(young_id)]
        known_by = {field: {"$each": hashes} for field, hashes in fields_of(traits, others).items()}
        change = {"$push": {"sent": entry}, "$addToSet": known_by, "$setOnInsert": {"since": self.clock.now()}}
        await self.persons.update({"_id": str(young_id)}, change, upsert=True, session=session)

    async def sent_with_referral(self, young_id: UUID, referral_id: UUID, session: Session) -> Sent:
        """What was sent with one referral, as it says now. Raises NotFound; Gone where no key opens it any more."""
        person = await self.persons.find_one({"_id": str(young_id)}, fields={"sent": 1}, session=session)
        if person is None:
            raise NotFound
        keys = await self.keys.of([person["_id"]], session=session)
        if not keys:  # of a backup
            raise gone()
        return next(sent for sent in _opened(keys[person["_id"]], person) if sent.referral_id == referral_id)

    async def amend(self, young_id: UUID, sent: Sent, secret: bytes, session: Session) -> None:
        """Keep what one referral says now. Its person is known by what is new of it too, but by what another is known by.

        By what was another's, typed here by mistake, they are known no more: else that one would be linked to them.
        Nobody becomes another by it: who shares names and birth date with another from then on is in the list.
        """
        one = {"_id": str(young_id), "sent.referral_id": str(sent.referral_id)}
        key = await self.keys.obtain(one["_id"], session=session)
        row = await self.persons.find_one({"_id": one["_id"]}, session=session)
        assert row
        every = [sent if each.referral_id == sent.referral_id else each for each in _opened(key, row)]
        traits = together(traits_of(identity, secret) for each in every for identity in each.own_identities)
        others = [recognised(one) for one in await self._alike(traits, session) if one["_id"] != row["_id"]]
        fields = fields_of(traits, others)
        links = traits.linking.intersection(row.get("links", ())).union(fields.get("links", ()))
        known_by = {**fields, "links": sorted(links)} if links else fields
        change: Row = {"$set": {"sent.$": closed(key, one["_id"], sent.model_dump(mode="json")), **known_by}}
        await self.persons.update(one, change if links else {**change, "$unset": {"links": ""}}, session=session)

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

    async def kept_before(self, day: date) -> list[UUID]:
        """Whose first referral came before a day, the eldest first."""
        old = {"since": {"$lt": datetime.combine(day, time(), UTC)}}
        return [UUID(row["_id"]) for row in await self.persons.patient().find(old, fields={"_id": 1}, sort=["since", "_id"])]

    async def knows(self, young_id: UUID, session: Session | None = None) -> bool:
        """Whether something was sent of this person."""
        return await self.persons.find_one({"_id": str(young_id)}, fields={"_id": 1}, session=session) is not None

    async def sent_of(self, young_id: UUID) -> list[Sent]:
        """All that agencies sent about a person, latest last. NotFound where there is nothing, or no longer."""
        sent = list((await self.sent_with([young_id])).values())
        if not sent:
            raise NotFound
        return sent


def closed(key: bytes, young_id: str, entry: Row) -> Row:
    """What was sent, as it is kept: it opens under this key, as this person's and with this referral alone."""
    said = {name: value for name, value in entry.items() if name not in IN_CLEAR}
    sealed = seal_json(key, said, about=_about(young_id, entry))
    return {**{name: entry.get(name) for name in IN_CLEAR}, "sealed": sealed}


def _as_said_now(key: bytes, young_id: str, entry: Row) -> Row:
    """The same entry, sealed anew where this build would say it otherwise."""
    clear = {name: value for name, value in entry.items() if name != "sealed"}
    said = unseal_json(key, entry["sealed"], about=_about(young_id, entry)) if "sealed" in entry else None
    kept = Sent.model_validate({**clear, **(said or {})}).model_dump(mode="json")
    same = said == {name: value for name, value in kept.items() if name not in IN_CLEAR}
    return entry if same else closed(key, young_id, kept)


def _opened(key: bytes, row: Row) -> Iterator[Sent]:
    for entry in row["sent"]:
        about, clear = _about(row["_id"], entry), {name: value for name, value in entry.items() if name != "sealed"}
        said = unseal_json(key, entry["sealed"], about=about) if "sealed" in entry else {}
        yield Sent.model_validate({**clear, **said})


def _about(young_id: str, entry: Row) -> str:
    return f"sent {young_id} {entry['referral_id']}"
