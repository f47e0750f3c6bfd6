"""Taking referrals in: many are decided on in one transaction, each once, each with its own answer."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from uuid import UUID

from services.referral.domain.agency import Agency, Sender, sender_of
from services.referral.domain.matching import Traits
from services.referral.domain.person import Sent, to_complete
from services.referral.domain.record import gone
from services.referral.domain.referral import Referral, submit
from services.referral.domain.wishes import ensure_own, ensure_possible
from services.referral.store import Store, unknown_agency
from services.referral.store.keeping import Keeping
from shared.events.referral import ReferralDetails, Source
from shared.events.schools import ListedSchool
from shared.kernel.calendar import month_of
from shared.kernel.caller import Caller
from shared.kernel.errors import Gone, Invalid, NotFound, Problem, Refused, key_reused
from shared.kernel.tracing import continuing, traceparent
from shared.metrics import refusals_counted
from shared.persistence.gathering import Gathering
from shared.persistence.mongo import Session
from shared.persistence.once import RESTORED
from shared.persistence.writes import Row

AT_ONCE = 100
"""Referrals in one transaction: it ends well within the time that a verb has."""


@dataclass(frozen=True)
class Demand:
    """One referral as it is to be taken in.

    `key` is that of the request, where it has one: it serves for one referral. `unreferenced`: the agency gave no reference
    of its own, so that what it sends twice is not known as such, and is said.
    """

    caller: Caller
    sent: Sent
    traits: Traits
    details: ReferralDetails
    fingerprint: str
    on: date
    key: UUID | None = None
    unreferenced: bool = False
    trace: str = field(default_factory=traceparent)

    @property
    def source(self) -> Source:
        """Direct, where a school records what a family says."""
        return Source.DIRECT if self.caller.kind == "school" else Source.AGENCY

    @property
    def id(self) -> UUID:
        """Of its referral."""
        return self.sent.referral_id


@dataclass(frozen=True)
class Taken:
    """A referral that was taken in, now or before (`again`), and what was known then of its agency and of the schools."""

    referral: Referral
    again: bool
    agency: Agency | Sender
    schools: Sequence[ListedSchool]
    sent: Sent | None = None
    """What was kept of it now."""


async def refer_each(store: Store, demands: Sequence[Demand]) -> list[Taken | Problem]:
    """Take referrals in: each, its person and its request's key together or not at all, and once. An answer for each, in order.

    Gone where this very referral was erased: nothing is kept of it anew, whatever it says now. Invalid where a wish names what
    nobody teaches; one that was taken in already is not judged again. All are one transaction: of two that take the same
    person in at the same time, MongoDB runs one again, which then finds the other's.
    """
    schools = await store.catalogue.every_school()

    async def work(session: Session) -> list[Taken | Problem]:
        group = Group(store, session, demands, schools)
        await group.read()
        answers = [group.answer(rank) for rank in range(len(demands))]
        await group.write()
        return answers

    return await store.persistence.transaction(work)


class GivenUp(Exception):
    """A transaction's own end, which keeps nothing."""


async def foresee_each(store: Store, demands: Sequence[Demand]) -> list[Taken | Problem]:
    """What `refer_each` would answer, group by group, with nothing kept: each group is decided on, and given up."""
    schools, answers = await store.catalogue.every_school(), list[Taken | Problem]()
    before: Group | None = None
    for first in range(0, len(demands), AT_ONCE):
        before, told = await _foreseen(store, demands[first : first + AT_ONCE], schools, before)
        answers += told
    return answers


async def _foreseen(
    store: Store, demands: Sequence[Demand], schools: Sequence[ListedSchool], before: "Group | None"
) -> "tuple[Group, list[Taken | Problem]]":
    decided: tuple[Group, list[Taken | Problem]] | None = None

    async def work(session: Session) -> None:
        nonlocal decided
        group = Group(store, session, demands, schools)
        await group.read()
        group.go_on_from(before)
        decided = group, [group.answer(rank) for rank in range(len(demands))]
        raise GivenUp

    with suppress(GivenUp):
        await store.database.transact(work)
    assert decided
    return decided


def together(store: Store) -> Gathering[Demand, Taken]:
    """Whoever refers while a transaction is under way shares the next one with the others who do."""
    if store.gathering is None:
        store.gathering = Gathering(partial(refer_each, store), most=AT_ONCE)
    return store.gathering


class Group:
    """Demands that are decided on in one transaction, in the order in which they came: each knows of those before it."""

    def __init__(self, store: Store, session: Session, demands: Sequence[Demand], schools: Sequence[ListedSchool]) -> None:
        self._store = store
        self._session = session
        self._demands = demands
        self._schools = schools
        self._today = store.clock.today()
        self._keeping = Keeping(store.vault, session)
        self._agencies: Mapping[str, Agency] = {}
        self._rows: dict[UUID, Row] = {}
        """Of referrals, by id: those that are there, and those that this group makes."""
        self._made: list[Row] = []
        self._keys: dict[UUID, UUID] = {}
        """For which referral a request's key serves."""
        self._claimed: dict[UUID, UUID] = {}
        self._contradicted: set[UUID] = set()
        """Referrals that a restore left without their file, and that are now said to be of somebody born in another month."""

    async def read(self) -> None:
        """What is known of these agencies, referrals, keys, and of whom they may be."""
        store, session = self._store, self._session
        self._agencies = await store.agencies_by_id({one.caller.tenant for one in self._demands}, session)
        self._rows = await store.referral_rows({one.id for one in self._demands}, session)
        self._keys = await store.keys_claimed({one.key for one in self._demands if one.key}, session)
        await self._bring_back()
        new = [one for one in self._demands if one.id not in self._rows]
        await self._keeping.read([one.traits for one in new], [one.traits for one in new if one.unreferenced])

    def go_on_from(self, before: "Group | None") -> None:
        """Know what an earlier group decided that was not written, and those before it."""
        if before:
            unwritten = {UUID(row["_id"]): row for row in before._made}
            self._rows = {**self._rows, **unwritten}
            self._made = [*before._made]
            self._keeping.go_on_from(before._keeping)

    def answer(self, rank: int) -> Taken | Problem:
        """One demand decided on, after those before it."""
        demand = self._demands[rank]
        try:
            taken = self._decided(demand)
        except (Gone, Invalid, NotFound, Refused) as problem:
            return problem
        if demand.key and demand.key not in self._keys:
            self._keys[demand.key] = self._claimed[demand.key] = demand.id
        return taken

    async def write(self) -> None:
        """All that was decided."""
        await self._keeping.write()
        await self._store.claim_keys(self._claimed, self._session)
        await self._store.referrals.keep_made(self._made, self._session)

    def _decided(self, demand: Demand) -> Taken:
        agency = sender_of(demand.caller, self._schools) or self._agencies.get(demand.caller.tenant)
        found = self._rows.get(demand.id)
        if agency is None:
            raise unknown_agency()
        if found and found.get("erased"):
            raise gone()
        if demand.key and self._keys.get(demand.key, demand.id) != demand.id:
            raise key_reused()
        if found is None:
            return self._new(demand, agency)
        with refusals_counted("referrals", "submit"):
            return Taken(self._again(demand, found), True, agency, self._schools)

    def _again(self, demand: Demand, found: Row) -> Referral:
        if not _says_the_same(demand, found) or demand.id in self._contradicted:
            raise key_reused()
        referral = Referral.model_validate(found["state"])
        if (referral.agency, referral.source) != (demand.caller.tenant, demand.source):
            raise NotFound
        return referral

    def _new(self, demand: Demand, agency: Agency | Sender) -> Taken:
        ensure_possible(demand.details.wishes, self._schools)
        if demand.source is Source.DIRECT:
            ensure_own(demand.details.wishes, demand.caller.tenant)
        earlier = self._keeping.earlier_of(demand.sent.agency, demand.traits) if demand.unreferenced else None
        sent = demand.sent.model_copy(update={"earlier": earlier}) if earlier else demand.sent
        with continuing(demand.trace):
            referral, row = self._store.referrals.acting(demand.caller).made(
                demand.id, demand.fingerprint, submit, referral_id=demand.id, young_id=self._keeping.keep(sent, demand.traits),
                agency=sent.agency, birth_month=month_of(sent.identity.birth_date), details=demand.details,
                complete=not to_complete(sent.identity, today=self._today), source=demand.source, on=demand.on,
            )  # fmt: skip
        self._rows[demand.id] = row
        self._made.append(row)
        return Taken(referral, False, agency, self._schools, sent)

    async def _bring_back(self) -> None:
        """What no topic holds of a referral and a restore lost comes back with the agency that sends it again."""
        again = {one.id: one for one in reversed(self._demands) if self._is_repeated(one)}
        young_ids = {id: UUID(self._rows[id]["state"]["young_id"]) for id in again}
        for id in await self._store.vault.lacking(young_ids, self._session) if again else ():
            demand, state = again[id], self._rows[id]["state"]
            if state["birth_month"] != month_of(demand.sent.identity.birth_date):
                self._contradicted.add(id)
            else:
                await self._store.vault.keep_again(demand.sent, demand.traits, young_ids[id], self._session)

    def _is_repeated(self, demand: Demand) -> bool:
        found = self._rows.get(demand.id)
        return found is not None and not found.get("erased") and _says_the_same(demand, found)


def _says_the_same(demand: Demand, found: Row) -> bool:
    return found["fingerprint"] in (RESTORED, demand.fingerprint)
