"""What referral tells each agency of its own referrals, on the agency's topic: the view that it has of each, once it changes."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.referral.domain import outbound
from services.referral.domain.agency import tell_again
from services.referral.domain.journey import Journey
from services.referral.domain.outbound import view_of
from services.referral.domain.referral import Referral
from services.referral.store import Store
from shared.events.referral import Source
from shared.kernel.caller import SYSTEM
from shared.kernel.errors import NotFound
from shared.persistence.migrations import Step
from shared.persistence.writes import Row

Versions = tuple[int, int]
"""Of a referral and of its journey: both rise with each change."""


async def tell_of(store: Store, young_id: UUID, *, on: date) -> None:
    """Tell each agency that referred a person what it sees of that now."""
    for referral in await store.referrals_of(young_id):
        await tell(store, referral.referral_id, on=on)


async def tell_agency(store: Store, agency: str, *, on: date) -> None:
    """Tell an agency what it sees of each of its referrals now: another kind of agency is shown other things."""
    for referral_id in await store.referral_ids_of(agency):
        await tell(store, referral_id, on=on)


async def tell(store: Store, referral_id: UUID, *, on: date) -> None:
    """Tell its agency what it sees of a referral, where that is not what it was told last.

    What it is made of is looked at again after: of two who tell at once, the one that had read before the other's change goes
    on until what is told is of now.
    """
    before: Versions | None = None
    while (found := await _read(store, referral_id)) and found[2] != before:
        referral, journey, before = found
        await _tell(store, referral, journey, on=on)


async def forget(store: Store, young_id: UUID, *, on: date) -> None:
    """Have each agency know that who it referred is erased, and nothing kept of what it was told."""
    told = store.outbound.acting(SYSTEM)
    for one in await told.find({"state.young_id": str(young_id)}):
        await told.decide(one.referral_id, outbound.forget, on=on)


def of_an_earlier_build(store: Store) -> Sequence[Step]:
    """Referrals that were there before their agencies were told of them; agencies of whom enrolment kept but the name."""
    agencies = store.agencies.collection

    async def tell_of_it(row: Row) -> None:
        await tell(store, UUID(row["_id"]), on=store.clock.today())

    async def tell_its_kind(row: Row) -> None:
        await store.agencies.acting(SYSTEM).decide(row["_id"], tell_again, on=store.clock.today())
        await agencies.update({"_id": row["_id"]}, {"$set": {"kind_told": True}})

    return [
        Step("007 agencies told of their referrals", store.referrals.collection, {}, tell_of_it),
        Step("008 the kinds of agencies told again", agencies, {"kind_told": {"$exists": False}}, tell_its_kind),
    ]


async def _tell(store: Store, referral: Referral, journey: Journey, *, on: date) -> None:
    told = store.outbound.acting(SYSTEM)
    if await store.records.is_erased(referral.young_id):
        await forget(store, referral.young_id, on=on)
        return
    if referral.source is Source.DIRECT:  # of no agency: its school follows its own stream
        return
    agency = await store.agencies.acting(SYSTEM).get(referral.agency)
    view = view_of(referral, journey, agency.kind)
    await told.create(referral.referral_id, outbound.tell, referral=referral, view=view, on=on)
    if await store.records.is_erased(referral.young_id):  # since it was asked
        await forget(store, referral.young_id, on=on)


async def _read(store: Store, referral_id: UUID) -> tuple[Referral, Journey, Versions] | None:
    """A referral and its journey as they are now; None where there is no such referral."""
    try:
        referral, version = await store.referral_and_version(referral_id)
    except NotFound:
        return None
    journey, followed = await store.journeys.with_version(referral.young_id)
    return referral, journey, (version, followed)
