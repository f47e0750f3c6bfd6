"""What spans several documents of referral: taking a referral in, following a young person, naming an applicant."""

from datetime import date
from uuid import UUID, uuid4

from services.referral.domain.access import Terms, may_name
from services.referral.domain.answer import status
from services.referral.domain.journey import Journey, JourneyEvent
from services.referral.domain.person import Sent
from services.referral.domain.referral import Referral, close, submit
from services.referral.domain.wishes import ensure_possible
from services.referral.store import Store
from services.referral.store.vault import traits_of
from shared.events.message import Message
from shared.events.referral import ReferralDetails
from shared.kernel.caller import SYSTEM, Caller
from shared.kernel.errors import NotFound
from shared.persistence.mongo import Session


async def refer(
    store: Store,
    caller: Caller,
    sent: Sent,
    details: ReferralDetails,
    *,
    key: UUID,
    fingerprint: str,
    secret: bytes,
    on: date,
    unreferenced: bool = False,
) -> Referral:
    """Take a referral in: the referral, its person and the request's key together or not at all, and each once.

    Invalid where a wish names what nobody teaches; one that was taken in already is not judged again.
    `unreferenced`: the agency gave no reference of its own, so that what it sends twice is not known as such, and is said.
    Of two that take the same person in at the same time, MongoDB runs one again, which then finds the other's.
    """
    if not await store.is_referred(sent.referral_id):
        ensure_possible(details.wishes, await store.catalogue.every_school())
    traits, new_young_id = traits_of(sent.identity, secret), uuid4()

    async def take_in(session: Session) -> Referral:
        await store.claim_key(key, sent.referral_id, session)
        young_id = await store.young_id_of(sent.referral_id, session)
        if young_id is None:
            earlier = await store.vault.earlier_of(sent.agency, traits, session) if unreferenced else None
            young_id = await store.vault.keep(sent.model_copy(update={"earlier": earlier}), traits, new_young_id, session)
        return await store.referrals.within(session).acting(caller).create_once(
            sent.referral_id, fingerprint, submit, referral_id=sent.referral_id, young_id=young_id, agency=sent.agency,
            birth_month=f"{sent.identity.birth_date:%Y-%m}", details=details, on=on,
        )  # fmt: skip

    return await store.persistence.transaction(take_in, sent.referral_id, key, *traits.first)


async def follow(store: Store, event: JourneyEvent, cause: Message) -> None:
    """Follow a young person one step further, then publish what it changes to each of their referrals."""
    journey, version = await store.journeys.follow(cause)
    for referral in await store.referrals_of(event.young_id):
        if close(referral, journey=journey):
            await store.referrals.acting(SYSTEM, cause=cause).decide(referral.referral_id, close, journey=journey)
        await store.keep_progress(referral.referral_id, status(journey, referral.referral_id), version)


async def applicant(store: Store, caller: Caller, young_id: UUID, terms: Terms) -> Journey:
    """The journey of someone whom the caller's school may know today. NotFound otherwise, as if they did not exist."""
    journey = await store.journeys.of(young_id)
    if not may_name(caller, journey, on=store.clock.today(), terms=terms):
        raise NotFound
    return journey
