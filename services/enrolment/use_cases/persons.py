"""Who is whom and who is erased, in enrolment: one enrolment at most for all that are one person; nothing kept of the erased."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from pydantic import BaseModel

from services.enrolment.domain import hand_backs, transfers
from services.enrolment.domain.pupils import ensure_enrolled_once
from services.enrolment.domain.statuses import HOLDS_A_SEAT
from services.enrolment.domain.withdrawals import withdraw_wholly
from services.enrolment.store import Store
from shared.events.applications import ApplicationStatus
from shared.events.hand_backs import HandBackEnd
from shared.events.message import Message
from shared.kernel.caller import SYSTEM
from shared.kernel.errors import Refused
from shared.persistence.mongo import Session
from shared.projections.aliases import kept_of


class HeldPlace(BaseModel):
    """A seat that one `young_id` holds: offered, or an enrolment."""

    young_id: UUID
    intake_id: UUID
    school: str
    programme: str
    school_year: str
    status: ApplicationStatus


async def ensure_one_enrolment(store: Store, young_id: UUID, session: Session) -> None:
    """Raise Refused for who is erased, or enrolled under another `young_id`. Asked in each transaction that enrols.

    Of two `young_id` of one person that are enrolled at once, one comes second, and is refused.
    """
    if await store.erased.has(young_id, session):
        raise Refused("erased", "Le dossier de ce jeune a été effacé : il ne peut plus être inscrit.", moves=())
    others = await store.aliases.same_as(young_id, session)
    if others:
        await store.take_turn(min(young_id, *others), session)
        pupils = store.every_pupil.within(session).acting(SYSTEM)
        ensure_enrolled_once(await pupils.find({"_id": {"$in": sorted(map(str, others))}}))


async def erase(store: Store, young_id: UUID, *, on: date, cause: Message | None = None) -> None:
    """Drop what is held of a person but anonymous facts; what is still open ends, and a seat offered is free.

    Referral erases no pupil. Who was enrolled meanwhile stays one, without a name, until their school ends it.
    """
    await store.erased.mark(young_id)
    await store.motives.drop(young_id)
    await store.words.drop(young_id)
    await store.files.drop(young_id)
    handed_back = store.hand_backs.acting(SYSTEM, cause=cause)
    for one in await store.hand_backs_of(young_id):
        await handed_back.decide(one.hand_back_id, hand_backs.end, because=HandBackEnd.ERASED, on=on)
    await lapse_transfers(store, young_id, on=on, cause=cause)
    intakes = store.intakes.acting(SYSTEM, cause=cause)
    for intake in await store.intakes_of(young_id):
        await intakes.decide(intake.intake_id, withdraw_wholly, young_id=young_id, on=on)


async def lapse_transfers(
    store: Store, young_id: UUID, *, referral_id: UUID | None = None, on: date, cause: Message | None = None
) -> None:
    """No answer is asked for any more to what a young person's referrals, or one of them, were proposed."""
    acting = store.transfers.acting(SYSTEM, cause=cause)
    for one in await store.transfers_of(young_id):
        if referral_id in (None, one.referral_id):
            await acting.decide(one.transfer_id, transfers.lapse, on=on)


async def conflicts(store: Store) -> list[Sequence[HeldPlace]]:
    """Of each person under several `young_id` who hold seats: those seats. Nothing is cancelled; somebody decides."""
    aliases = await store.aliases.every()
    held: dict[UUID, list[HeldPlace]] = defaultdict(list)
    for young_id in sorted({*aliases, *aliases.values()}):
        held[kept_of(young_id, aliases)] += await _held_by(store, young_id)
    return [places for _, places in sorted(held.items()) if len({place.young_id for place in places}) > 1]


async def _held_by(store: Store, young_id: UUID) -> list[HeldPlace]:
    found = [(intake, intake.application(young_id).status) for intake in await store.intakes_of(young_id)]
    return [
        HeldPlace(
            young_id=young_id, intake_id=intake.intake_id, school=intake.school, programme=intake.programme,
            school_year=intake.school_year, status=status,
        )
        for intake, status in found
        if status in HOLDS_A_SEAT
    ]  # fmt: skip
