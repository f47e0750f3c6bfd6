"""Referral's collections: agencies, referrals, the vault, journeys, the catalogue, rejections, and the keys of requests."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.referral.domain.agency import AGENCIES, Agency, Sender, sender_of
from services.referral.domain.answer import ReferralStatus
from services.referral.domain.outbound import OUTBOUND_REFERRALS, OutboundReferral
from services.referral.domain.referral import REFERRALS, Referral
from services.referral.store.audit import Audit, Whom
from services.referral.store.imports import Imports
from services.referral.store.journeys import Journeys
from services.referral.store.matches import Matches
from services.referral.store.migrations import steps
from services.referral.store.records import Records
from services.referral.store.rejections import Rejections
from services.referral.store.vault import Vault
from shared.events.referral import Source
from shared.kernel.caller import SYSTEM, Caller
from shared.kernel.errors import NotFound, Refused
from shared.messaging.topics import Topic, inbound_topic, outbound_topic
from shared.persistence.failures import Clash, DuplicateKey
from shared.persistence.gathering import Gathering
from shared.persistence.keyset import Asked, Part
from shared.persistence.migrations import Step
from shared.persistence.mongo import Key, Session
from shared.persistence.once import create_once
from shared.persistence.repository import Repository
from shared.persistence.transaction import Persistence
from shared.persistence.writes import Insert, Row
from shared.projections.catalogue import Catalogue
from shared.webhooks.store import Webhooks

KEYS_KEPT = timedelta(days=30)
"""How long a request's own key is known again; its referral is known by its id, whenever it comes again."""
LATEST_FIRST: Sequence[Key] = (("state.submitted_on", -1), "_id")


class Store:
    """Everything that referral keeps."""

    def __init__(self, persistence: Persistence, vault_keys: Sequence[bytes]) -> None:
        self.persistence = persistence
        self.clock = persistence.clock
        self.database = persistence.database
        self.agencies = Repository(persistence, AGENCIES)
        self.referrals = Repository(persistence, REFERRALS)
        self.outbound = Repository(persistence, OUTBOUND_REFERRALS)
        self.vault = Vault(persistence.database, persistence.clock, vault_keys)
        self.rejections = Rejections(persistence)
        self.audit = Audit(persistence.database["audit"], persistence.clock)
        self.records = Records(persistence)
        self.matches = Matches(self.vault.persons, self.records)
        self.imports = Imports(persistence.database, persistence.clock, vault_keys)
        self.journeys = Journeys(persistence.database["journeys"])
        self.catalogue = Catalogue(persistence.database, persistence.clock)
        self.webhooks = Webhooks(persistence)
        self._keys = persistence.database["request_keys"]
        self.swept_on: date | None = None
        self.gathering: Gathering[Any, Any] | None = None
        """Of `referring`: those who refer at the same time share a transaction."""

    async def prepare(self) -> None:
        """Indexes for every query; the vault's are guards."""
        referrals = self.referrals.collection
        await referrals.index("state.young_id")
        await referrals.index("state.agency", *LATEST_FIRST)
        await referrals.index("state.agency", "progress.status", *LATEST_FIRST)
        await self.outbound.collection.index("state.young_id")
        await self.outbound.collection.index("state.agency", "_id")
        await self._keys.index("at")
        await self.vault.prepare()
        await self.audit.prepare()
        await self.records.prepare()
        await self.imports.prepare()
        await self.rejections.prepare()
        await self.webhooks.prepare()

    @property
    def migrations(self) -> Sequence[Step]:
        """What earlier builds kept otherwise."""
        rows = {"keys": self._keys, "referrals": self.referrals.collection, "journeys": self.journeys.rows}
        return steps(self.vault, self.audit, self.persistence, **rows)

    async def all_agencies(self) -> list[Agency]:
        """Every agency, by id."""
        return await self.agencies.acting(SYSTEM).find({})

    async def agency_ids(self) -> list[str]:
        """Who is registered."""
        return [row["_id"] for row in await self.agencies.collection.find({}, fields={"_id": 1})]

    async def tenant_topics(self) -> list[Topic]:
        """Those of the agencies: what each says to us, and what it is told."""
        return [topic for id in await self.agency_ids() for topic in (inbound_topic(id), outbound_topic(id))]

    async def sender_of(self, caller: Caller) -> Agency | Sender:
        """Who holds the mandate of what the caller sends: their agency, or their school for a family."""
        return sender_of(caller, await self.catalogue.every_school()) or await self.agency_of(caller)

    async def agency_of(self, caller: Caller) -> Agency:
        """The caller's own agency. Refused until an administrator has registered it."""
        try:
            return await self.agencies.acting(SYSTEM).get(caller.tenant)
        except NotFound:
            raise unknown_agency() from None

    async def agencies_by_id(self, ids: set[str], session: Session) -> Mapping[str, Agency]:
        """Those of these that are registered."""
        found = await self.agencies.within(session).acting(SYSTEM).find({"_id": {"$in": sorted(ids)}})
        return {agency.agency: agency for agency in found}

    async def agencies_listed(self, asked: Asked) -> Part[Agency]:
        """Every agency, by id."""
        return await self.agencies.acting(SYSTEM).part({}, sort=["_id"], asked=asked)

    async def referrals_of(self, *young_ids: UUID, session: Session | None = None) -> list[Referral]:
        """Every agency's referrals of these young people."""
        referrals = self.referrals.within(session) if session else self.referrals
        return await referrals.acting(SYSTEM).find({"state.young_id": {"$in": sorted(map(str, young_ids))}})

    async def referral_and_version(self, referral_id: UUID) -> tuple[Referral, int]:
        """A referral, whoever asks, and how often it changed. Raises NotFound."""
        row = await self.referrals.collection.majority().find_one({"_id": str(referral_id)}, fields={"state": 1, "version": 1})
        if row is None:
            raise NotFound("Cette orientation")
        return Referral.model_validate(row["state"]), row["version"]

    async def referral_ids_of(self, agency: str) -> list[UUID]:
        """Every referral of an agency."""
        return [UUID(row["_id"]) for row in await self.referrals.collection.find({"state.agency": agency}, fields={"_id": 1})]

    async def referral_rows(self, ids: set[UUID], session: Session) -> dict[UUID, Row]:
        """Referrals as they are kept, whosever they are, those of erased persons among them."""
        where, fields = {"_id": {"$in": sorted(map(str, ids))}}, {"state": 1, "fingerprint": 1, "erased": 1}
        rows = await self.referrals.collection.find(where, fields=fields, session=session)
        return {UUID(row["_id"]): row for row in rows}

    async def referred_among(self, referral_ids: Collection[UUID]) -> set[UUID]:
        """Those of these referrals that there are, whoever asks."""
        found = await self.referrals.collection.find({"_id": {"$in": sorted(map(str, referral_ids))}}, fields={"_id": 1})
        return {UUID(row["_id"]) for row in found}

    async def whom(self, referral_id: UUID) -> Whom:
        """Whom a referral is about, for the audit."""
        referral = await self.referrals.acting(SYSTEM).find_one({"_id": str(referral_id)})
        return Whom(referral.young_id if referral else None, referral_id)

    async def is_direct(self, referral_id: UUID) -> bool:
        """Whether a family sent it itself."""
        direct = {"_id": str(referral_id), "state.source": Source.DIRECT}
        return await self.referrals.collection.find_one(direct, fields={"_id": 1}) is not None

    async def erased(self, referral_id: UUID, agency: str, session: Session | None = None) -> bool:
        """Whether a referral of this agency is of a person who was erased."""
        own = {"_id": str(referral_id), "state.agency": agency, "erased": True}
        return await self.referrals.collection.find_one(own, fields={"_id": 1}, session=session) is not None

    async def forget(self, young_id: UUID, session: Session) -> None:
        """Drop all that is kept of a person but facts by opaque ids: the hash of what was asked with it."""
        await self.vault.forget(young_id, session)
        await self.records.forget_pairs_of(young_id, session)
        for referral in await self.referrals.within(session).acting(SYSTEM).find({"state.young_id": str(young_id)}):
            erased = {"$set": {"erased": True, "fingerprint": None}}
            await self.referrals.collection.update({"_id": str(referral.referral_id)}, erased, session=session)

    async def own_referral(self, caller: Caller, referral_id: UUID | None) -> Referral | None:
        """A referral of the caller's own agency; None where there is none to look for, or no longer."""
        return await self.referrals.acting(caller).find_one({"_id": str(referral_id)}) if referral_id else None

    async def own_referrals_by_id(self, caller: Caller, ids: set[UUID]) -> Mapping[UUID, Referral]:
        """Those of these that are the caller's own agency's."""
        found = await self.referrals.acting(caller).find({"_id": {"$in": sorted(map(str, ids))}}) if ids else []
        return {referral.referral_id: referral for referral in found}

    async def own_referrals(self, caller: Caller, asked: Asked, *, status: ReferralStatus | None = None) -> Part[Referral]:
        """An agency's referrals (of one status), the latest first."""
        statuses = [status, None] if status is ReferralStatus.SUBMITTED else [status]  # nothing was heard yet: no progress
        where: dict[str, Any] = {"erased": None, **({"progress.status": {"$in": statuses}} if status else {})}
        return await self.referrals.acting(caller).part(where, sort=LATEST_FIRST, asked=asked)

    async def told_referrals(self, caller: Caller, asked: Asked) -> Part[OutboundReferral]:
        """What an agency was told last of each of its referrals, by id; nothing of the erased."""
        there = {"state.erased": False, "state.view": {"$ne": None}}
        return await self.outbound.acting(caller).part(there, sort=["_id"], asked=asked)

    async def keep_progress(self, referral_id: UUID, status: ReferralStatus, version: int) -> None:
        """Keep the status beside the referral, for pages to be filtered by; never an older one over a newer.

        `version` is that of the journey which it was computed from.
        """
        older = {"_id": str(referral_id), "progress.version": {"$not": {"$gte": version}}}
        await self.referrals.collection.update(older, {"$set": {"progress": {"status": status, "version": version}}})

    async def claim_key(self, key: UUID, serves: UUID) -> None:
        """Keep for what a request's own key served. Refused (422) where it was another."""
        await create_once(self._keys, key, self._claim(serves), same=("referral_id",))

    async def keys_claimed(self, keys: set[UUID], session: Session) -> dict[UUID, UUID]:
        """For which referral each of these keys served, where it did."""
        rows = await self._keys.find({"_id": {"$in": sorted(map(str, keys))}}, session=session) if keys else []
        return {UUID(row["_id"]): UUID(row["referral_id"]) for row in rows}

    async def claim_keys(self, new: Mapping[UUID, UUID], session: Session) -> None:
        """Keep for which referral each key serves that served for none. Clash where one just did."""
        try:
            if new:
                rows = [{"_id": str(key), **self._claim(referral_id)} for key, referral_id in new.items()]
                await self._keys.bulk([Insert(row) for row in rows], session=session)
        except DuplicateKey:
            raise Clash from None

    def _claim(self, serves: UUID) -> Row:
        return {"referral_id": str(serves), "at": self.clock.now()}

    async def let_go_of_keys(self) -> None:
        """Forget the keys of requests that nobody sends again any more."""
        await self._keys.delete({"at": {"$lt": self.clock.now() - KEYS_KEPT}})


def unknown_agency() -> Refused:
    """It cannot refer yet."""
    sentence = "Votre organisme n’est pas encore enregistré : l’administrateur d’Établi doit le faire d’abord."
    return Refused("unknown_agency", sentence)
