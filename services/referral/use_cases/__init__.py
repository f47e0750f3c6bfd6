"""What spans several documents of referral: taking one in, amending and completing it, following and naming a young person."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.referral.domain import amendments
from services.referral.domain.access import Terms, may_name
from services.referral.domain.amendments import check_file
from services.referral.domain.answer import ReferralStatus, status
from services.referral.domain.erasure import ensure_no_pupil
from services.referral.domain.file import Representative
from services.referral.domain.journey import Journey, JourneyEvent
from services.referral.domain.person import Sent, to_complete
from services.referral.domain.record import PersonRecord, erase, gone, merge
from services.referral.domain.referral import Referral, close
from services.referral.domain.wishes import ensure_own, ensure_possible
from services.referral.store import Store
from shared.events.amendments import Part
from shared.events.corrections import CorrectionCode
from shared.events.message import Message
from shared.events.persons import ErasureCode, PersonErased
from shared.events.referral import Source
from shared.kernel.calendar import month_of
from shared.kernel.caller import SYSTEM, Actor, Caller
from shared.kernel.errors import NotFound
from shared.persistence.mongo import Session

New = Mapping[str, Any]
"""What is said anew, by field."""


async def amend(
    store: Store, caller: Caller, referral_id: UUID, *, file: New, details: New, code: CorrectionCode, secret: bytes, on: date
) -> Referral:
    """Correct what a referral says: `file` of what the vault keeps, `details` of what events say; both or neither, and once.

    Invalid where what it then says cannot be. What others sent of the same person stays as it is.
    """
    schools = await store.catalogue.every_school()

    async def work(session: Session) -> Referral:
        referrals, today = store.referrals.within(session).acting(caller), store.clock.today()
        referral = await referrals.get(referral_id)
        sent = await store.vault.sent_with_referral(referral.young_id, referral_id, session)
        now, said = amendments.said_anew(sent, file, code=code, on=on), amendments.details_anew(referral, details)
        check_file(now, said, on=on, today=today)
        if said.wishes != referral.wishes:
            ensure_possible(said.wishes, schools)
            if referral.source is Source.DIRECT:
                ensure_own(said.wishes, referral.agency)
        await _keep_anew(store, referral, sent, now, secret, session)
        answered = status(await store.journeys.of(referral.young_id), referral_id) is ReferralStatus.CLOSED
        return await referrals.decide(
            referral_id, amendments.amend, details=said, birth_month=month_of(now.identity.birth_date),
            file=[Part(name) for name in file if getattr(now, name) != getattr(sent, name)],
            missing=to_complete(now.identity, today=today), code=code, answered=answered, on=on,
        )  # fmt: skip

    return await store.persistence.transaction(work, referral_id)


async def complete(
    store: Store, caller: Caller, referral_id: UUID, *, representatives: Sequence[Representative], informed: New, secret: bytes,
    on: date,
) -> Referral:  # fmt: skip
    """Add who answers for a minor to a referral's file, and how they were informed in their turn. Again, it changes nothing."""

    async def work(session: Session) -> Referral:
        referrals, today = store.referrals.within(session).acting(caller), store.clock.today()
        referral = await referrals.get(referral_id)
        sent = await store.vault.sent_with_referral(referral.young_id, referral_id, session)
        identity = amendments.with_representatives(sent.identity, representatives)
        if not referral.complete:
            now = amendments.said_anew(sent, {"identity": identity, **informed}, code=None, on=on)
            check_file(now, referral, on=on, today=today)
            await _keep_anew(store, referral, sent, now, secret, session)
        return await referrals.decide(
            referral_id, amendments.complete, missing=to_complete(identity, today=today), others=identity != sent.identity, on=on
        )

    return await store.persistence.transaction(work, referral_id)


async def _keep_anew(store: Store, referral: Referral, sent: Sent, now: Sent, secret: bytes, session: Session) -> None:
    if now is not sent:
        await store.vault.amend(referral.young_id, now, secret, session)


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


async def merge_persons(store: Store, caller: Caller, *, young_id: UUID, kept: UUID, on: date) -> PersonRecord:
    """Have one `young_id` stand for the person of another: an alias, resolved on reading; nothing is moved, nor cancelled."""

    async def work(session: Session) -> PersonRecord:
        await store.records.take_turn(session)
        for id in (young_id, kept):
            await ensure_known(store, id, session)
        stands_for = await store.records.stands_for(kept, session)
        records = store.records.documents.within(session).acting(caller)
        return await records.create(young_id, merge, young_id=young_id, kept=kept, stands_for=stands_for, on=on)

    return await store.persistence.transaction(work, young_id, kept)


async def erase_person(store: Store, actor: Actor, *, young_id: UUID, code: ErasureCode, on: date) -> PersonRecord:
    """Erase a person under each `young_id` of theirs, all or none. Refused while one of them is a pupil's."""

    async def work(session: Session) -> PersonRecord:
        await store.records.take_turn(session)
        records = store.records.documents.within(session).acting(actor)
        if await store.records.is_erased(young_id, session):
            return await records.get(young_id)
        await ensure_known(store, young_id, session)
        everyone = await store.records.of_one_person(young_id, session)
        ensure_no_pupil((await store.journeys.of_each(everyone)).values())
        for id in sorted(everyone):
            await records.create(id, erase, young_id=id, code=code, on=on)
            await store.forget(id, session)
        return await records.get(young_id)

    return await store.persistence.transaction(work, young_id)


async def erase_again(store: Store, event: PersonErased, cause: Message | None = None) -> None:
    """What a backup brought back of someone whose erasure was told goes again; by a restore, where nobody told it yet since."""

    async def work(session: Session) -> None:
        records = store.records.documents.within(session).acting(SYSTEM, cause=cause)
        await records.create(event.young_id, erase, young_id=event.young_id, code=event.code, on=event.on)
        await store.forget(event.young_id, session)

    await store.persistence.transaction(work, event.young_id)


async def ensure_known(store: Store, young_id: UUID, session: Session | None = None) -> None:
    """Raise NotFound where nothing was ever sent of this person, Gone where they were erased."""
    if await store.records.is_erased(young_id, session):
        raise gone()
    if not await store.vault.knows(young_id, session) and not await store.referrals_of(young_id, session=session):
        raise NotFound("Ce jeune")
