"""Referral's collections: agencies, referrals, the vault, journeys; and the one transaction that takes a referral in."""

from datetime import date
from uuid import UUID

from services.referral.domain.agency import AGENCIES, Agency
from services.referral.domain.journey import Journey
from services.referral.domain.person import Sent
from services.referral.domain.referral import REFERRALS, Referral, Status, close, status, submit
from services.referral.store.journeys import Journeys
from services.referral.store.vault import Traits, Vault
from shared.events.message import Message
from shared.events.referral import Situation, Wish
from shared.kernel.caller import SYSTEM, Caller
from shared.kernel.errors import NotFound, Refused
from shared.persistence.mongo import Key, Session
from shared.persistence.once import create_once
from shared.persistence.repository import Repository
from shared.persistence.transaction import Persistence
from shared.web.idempotency import IdempotencyKey

PAGE = 50


class Store:
    def __init__(self, persistence: Persistence) -> None:
        self.clock = persistence.clock
        self.database = persistence.database
        self.agencies = Repository(persistence, AGENCIES)
        self.referrals = Repository(persistence, REFERRALS)
        self.vault = Vault(persistence.database, persistence.clock)
        self.journeys = Journeys(persistence.database)
        self._keys = persistence.database["request_keys"]
        self._persistence = persistence

    async def prepare(self) -> None:
        """Indexes for every query; the vault's are guards."""
        referrals = self.referrals.collection
        latest = (("state.submitted_on", -1), "_id")
        await referrals.index("state.young_id")
        await referrals.index("state.agency", *latest)
        await referrals.index("state.agency", "progress.status", *latest)
        await self.vault.prepare()

    async def referring(self, caller: Caller) -> Agency:
        """The caller's own agency. Refused until an administrator has registered it."""
        try:
            return await self.agencies.acting(SYSTEM).get(caller.tenant)
        except NotFound:
            sentence = "Votre organisme n'est pas encore enregistré : l'administrateur d'Établi doit le faire d'abord."
            raise Refused("unknown_agency", sentence) from None

    async def submit(
        self, caller: Caller, once: IdempotencyKey, key: UUID, sent: Sent, traits: Traits, *, fresh: UUID, situation: Situation,
        out_of_school_since: date | None, department: str, wishes: tuple[Wish, ...], on: date,
    ) -> Referral:  # fmt: skip
        """Take a referral in: the referral, its person and the request's key together or not at all, and each once.

        Of two that take the same person in at the same time, MongoDB runs one again, which then finds the other's.
        """

        async def work(session: Session) -> Referral:
            await self._use(key, once.id, session)
            referrals = self.referrals.within(session)
            known = await referrals.acting(SYSTEM).find_one({"_id": str(once.id)})
            young_id = known.young_id if known else await self.vault.keep(session, sent, traits, fresh)
            return await referrals.acting(caller).create_once(
                once.id, once.fingerprint, submit, referral_id=once.id, young_id=young_id, agency=caller.tenant,
                birth_month=f"{sent.identity.birth_date:%Y-%m}", situation=situation,
                out_of_school_since=out_of_school_since, department=department, wishes=wishes, on=on,
            )  # fmt: skip

        return await self._persistence.transaction(work)

    async def _use(self, key: UUID, referral_id: UUID, session: Session) -> None:
        """Keep for which referral a request's own key served. Refused (422) where it was another."""
        await create_once(self._keys, key, {"referral_id": str(referral_id)}, same=("referral_id",), session=session)

    async def follow(self, message: Message, young_id: UUID) -> None:
        """Hear of a young person, then tell what it changes to each of their referrals."""
        journey, revision = await self.journeys.hear(message, young_id)
        for one in await self.referrals.acting(SYSTEM).find({"state.young_id": str(young_id)}):
            if close(one, journey=journey):
                await self.referrals.acting(SYSTEM, cause=message).decide(one.referral_id, close, journey=journey)
            await self._show(one.referral_id, status(journey, one.referral_id), revision)

    async def page(self, caller: Caller, wanted: Status | None, page: int) -> tuple[list[Referral], int]:
        """One page of an agency's referrals, the latest first, and how many there are."""
        where = {"progress.status": {"$in": [wanted, None] if wanted is Status.SUBMITTED else [wanted]}} if wanted else {}
        sort: list[Key] = [("state.submitted_on", -1), "_id"]
        found = await self.referrals.acting(caller).find(where, sort=sort, skip=(page - 1) * PAGE, limit=PAGE)
        return found, await self.referrals.acting(caller).count(where)

    async def applicant(self, caller: Caller, young_id: UUID) -> Journey:
        """The journey of someone who has an application at the caller's school, or is its pupil if the workshop asks.

        NotFound otherwise.
        """
        journey = await self.journeys.of(young_id)
        if not journey.may_be_named_at(caller.tenant, to_the_workshop=caller.role == "workshop"):
            raise NotFound
        return journey

    async def _show(self, referral_id: UUID, now: Status, revision: int) -> None:
        """Keep the status beside the referral, for lists to be filtered by; never an older one over a newer."""
        older = {"_id": str(referral_id), "progress.revision": {"$not": {"$gte": revision}}}
        await self.referrals.collection.update(older, {"$set": {"progress": {"status": now, "revision": revision}}})
