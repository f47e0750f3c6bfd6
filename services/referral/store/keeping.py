"""Keeping what is sent of many young persons at once: whom each is of, decided in the order in which they came; then written.

The same answers as one by one, in a few reads and writes: whoever was sent a moment before, in the same group, is known too.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from services.referral.domain.matching import Recognised, Traits, same_person
from services.referral.domain.person import Sent
from services.referral.store.recognition import fields_of
from services.referral.store.vault import Vault, closed
from shared.persistence.failures import Clash
from shared.persistence.mongo import Session
from shared.persistence.writes import Insert, Row, Update, Write

BRIEFLY = {"since": 1, "names": 1, "linking": 1, "ine": 1, "links": 1, "sent.agency": 1, "sent.referral_id": 1}
"""All of a person's row but what is sealed."""


@dataclass(eq=False)
class Person:
    """A person as this group finds them, and what it adds."""

    id: str
    since: datetime
    key: bytes | None
    known_by: dict[str, set[str]] = field(default_factory=dict)
    sent: list[tuple[str, str]] = field(default_factory=list)
    """Agency and referral, in order."""
    is_new: bool = False
    entries: list[Row] = field(default_factory=list)
    added: dict[str, set[str]] = field(default_factory=dict)

    @property
    def recognised(self) -> Recognised:
        return Recognised(UUID(self.id), frozenset(self.known_by["linking"]), frozenset(self.known_by["ine"]))

    def add(self, sent: Sent, fields: Mapping[str, Sequence[str]]) -> None:
        """One thing more was sent of them. They have a key."""
        assert self.key
        self.entries.append(closed(self.key, self.id, sent.model_dump(mode="json")))
        self.sent.append((sent.agency, str(sent.referral_id)))
        for name, hashes in fields.items():
            self.known_by[name].update(hashes)
            self.added.setdefault(name, set()).update(hashes)

    def written(self) -> Write:
        """What the database is to be told of it."""
        by = {name: sorted(hashes) for name, hashes in self.added.items()}
        if self.is_new:
            return Insert({"_id": self.id, "since": self.since, "sent": self.entries, **by})
        known_by = {name: {"$each": hashes} for name, hashes in by.items()}
        return Update({"_id": self.id}, {"$push": {"sent": {"$each": self.entries}}, "$addToSet": known_by})


class Keeping:
    """One group under way, in a transaction: read what may be of the same persons, keep each, write."""

    def __init__(self, vault: Vault, session: Session) -> None:
        self._vault = vault
        self._session = session
        self._persons: dict[str, Person] = {}
        """In the order in which they were first sent, as far as that is known."""
        self._by_trait: dict[str, list[Person]] = {}

    async def read(self, traits: Iterable[Traits], by_names: Iterable[Traits]) -> None:
        """Read who shares a linking trait with these; and, of `by_names`, who has the names and the birth date of one."""
        linking = sorted({trait for one in traits for trait in one.linking})
        names = sorted({name for one in by_names for name in one.names})
        alike = [{field: {"$in": hashes}} for field, hashes in (("linking", linking), ("names", names)) if hashes]
        if not alike:
            return
        rows = await self._vault.persons.find({"$or": alike}, fields=BRIEFLY, sort=["since", "_id"], session=self._session)
        keys = await self._vault.keys.of([row["_id"] for row in rows], session=self._session) if rows else {}
        for row in rows:
            known_by = {name: set(row.get(name, ())) for name in ("names", "linking", "ine", "links")}
            sent = [(one["agency"], one["referral_id"]) for one in row["sent"]]
            self._add(Person(row["_id"], row["since"], keys.get(row["_id"]), known_by, sent))

    def go_on_from(self, before: "Keeping") -> None:
        """Know whom an earlier group kept that was not written, and what it added to those whom this one read."""
        for person in before._persons.values():
            if person.entries:
                self._add(person)

    def earlier_of(self, agency: str, traits: Traits) -> UUID | None:
        """An agency's first referral under these names and birth date."""
        found = self._of_traits(traits.names)
        return next((UUID(referral) for one in found for whose, referral in one.sent if whose == agency), None)

    def keep(self, sent: Sent, traits: Traits) -> UUID:
        """Keep what was sent: with the person whom it is of (`same_person`), else with a new one. Whose young_id."""
        alike = self._of_traits(traits.linking)
        alike.sort(key=lambda one: traits.linking.isdisjoint(one.known_by["links"]))  # whose link it is, then the elder
        known = same_person(traits, [one.recognised for one in alike if one.key])
        person = self._persons[str(known)] if known else self._new()
        person.add(sent, fields_of(traits, [one.recognised for one in alike if one is not person]))
        self._add(person)
        return UUID(person.id)

    async def write(self) -> None:
        """Write all of it. Clash where another was first with one of them."""
        changed = [one for one in self._persons.values() if one.entries]
        if not changed:
            return
        new = [(one.id, one.key) for one in changed if one.is_new and one.key]
        if new:
            await self._vault.keys.keep(new, session=self._session)
        found = await self._vault.persons.bulk([one.written() for one in changed], session=self._session)
        if found < len(changed):
            raise Clash

    def _new(self) -> Person:
        known_by: dict[str, set[str]] = {name: set() for name in ("names", "linking", "ine", "links")}
        return Person(str(uuid4()), self._vault.clock.now(), os.urandom(32), known_by, is_new=True)

    def _add(self, person: Person) -> None:
        self._persons[person.id] = person
        for hashes in (person.known_by["names"], person.known_by["linking"]):
            for one in hashes:
                sharing = self._by_trait.setdefault(one, [])
                if person not in sharing:
                    sharing.append(person)

    def _of_traits(self, traits: Iterable[str]) -> list[Person]:
        """Who has one of these, the eldest first."""
        found = {person.id for trait in traits for person in self._by_trait.get(trait, ())}
        return [one for id, one in self._persons.items() if id in found] if found else []
