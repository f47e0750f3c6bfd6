"""What enrolment hears: referrals, their withdrawals, and its own pupils coming and going."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from services.enrolment.domain.applications import apply, make_obsolete, withdraw_referral
from services.enrolment.domain.intake import Intake
from services.enrolment.domain.pupil import ACTIVE
from services.enrolment.domain.school import Programme
from services.enrolment.domain.seats import release_seat
from services.enrolment.domain.wishes import answer
from services.enrolment.store import Store
from services.enrolment.use_cases import promote
from shared.events import (
    Event,
    ReferralSubmitted,
    ReferralWithdrawalRequested,
    StudentDidNotStart,
    StudentEnrolled,
    StudentInterrupted,
    StudentResumed,
    WishesAnswered,
)
from shared.events.applications import Unopened, UnopenedCode
from shared.events.message import Message
from shared.events.referral import Wish
from shared.kernel.calendar import PARIS
from shared.kernel.caller import SYSTEM
from shared.messaging.dispatcher import Handler


async def submitted(store: Store, referral: ReferralSubmitted, message: Message) -> None:
    """Open or join an application in every intake that is wished for, then answer the wishes, once.

    Heard again, it opens nothing more: an intake that came since is not in the answer.
    """
    on = message.time.astimezone(PARIS).date()
    if not await store.has_answered(referral.referral_id):
        await _open_and_answer(store, referral, message, on)
    await _close_if_enrolled_meanwhile(store, referral.young_id, on)


async def _open_and_answer(store: Store, referral: ReferralSubmitted, message: Message, on: date) -> None:
    await store.remember_birth_month(referral.young_id, referral.birth_month)
    is_pupil = await _is_active(store, referral.young_id)
    wished = [await _wished(store, wish, on) for wish in referral.wishes]
    if not is_pupil:
        for intake, programme in (one for found in wished for one in found or ()):
            await store.intakes.acting(SYSTEM, cause=message).decide(
                intake.intake_id, apply, referral=referral, programme=programme, on=on
            )
    opened = await _opened_by(store, referral, wished)
    told = WishesAnswered(
        referral_id=referral.referral_id, young_id=referral.young_id, agency=referral.agency, on=on,
        opened=tuple(opened), unopened=_unopened(wished, opened, is_pupil=is_pupil),
    )  # fmt: skip
    await store.wishes.acting(SYSTEM, cause=message).create(referral.referral_id, answer, told=told)


async def withdrawal_requested(store: Store, asked: ReferralWithdrawalRequested, message: Message) -> None:
    """Withdraw what this referral still asks for; the seats that no other asks for go to who waits."""
    for intake in await store.intakes_of(asked.young_id):
        await store.intakes.acting(SYSTEM, cause=message).decide(
            intake.intake_id, withdraw_referral, young_id=asked.young_id, referral_id=asked.referral_id, on=asked.on
        )
        await promote(store, intake.intake_id)


async def enrolled(store: Store, student: StudentEnrolled | StudentResumed, message: Message) -> None:
    """A pupil of one intake, or again: the others need not answer any more. Heard after a departure, it concerns nobody."""
    if await _is_active(store, student.young_id):
        for intake in await store.intakes_of(student.young_id):
            await store.intakes.acting(SYSTEM, cause=message).decide(
                intake.intake_id, make_obsolete, young_id=student.young_id, on=student.on
            )
            await promote(store, intake.intake_id)


async def gone(store: Store, student: StudentDidNotStart | StudentInterrupted, message: Message) -> None:
    """A pupil who did not start, or left: the seat goes to who waits. Heard late, of one who came back, it concerns nobody."""
    pupil = await store.pupils.acting(SYSTEM).get(student.young_id)
    enrolment = pupil.enrolment(student.enrolment_id)
    assert enrolment is not None
    if enrolment.status in ACTIVE:  # coming back waits until the seat that was left has been given back
        return
    intake_id = enrolment.now.intake_id
    await store.intakes.acting(SYSTEM, cause=message).decide(intake_id, release_seat, young_id=student.young_id, on=student.on)
    await promote(store, intake_id)


HANDLERS: Mapping[type[Event], Handler] = {
    ReferralSubmitted: submitted,
    ReferralWithdrawalRequested: withdrawal_requested,
    StudentEnrolled: enrolled,
    StudentResumed: enrolled,
    StudentDidNotStart: gone,
    StudentInterrupted: gone,
}

Wished = list[tuple[Intake, Programme]] | None
"""The open intakes of one wish; None where no programme answers to it."""


async def _wished(store: Store, wish: Wish, day: date) -> Wished:
    if wish.school and wish.programme:
        schools = await store.schools.acting(SYSTEM).find({"_id": wish.school})
        taught = [(school, one) for school in schools for one in school.programmes if one.programme == wish.programme]
    else:
        schools = await store.schools_teaching(wish.sector or "", wish.departments)
        taught = [(school, one) for school in schools for one in school.programmes if one.sector == wish.sector]
    if not taught:
        return None
    found = [(await store.next_intake(school.school, one.programme, day=day), one) for school, one in taught]
    return [(intake, programme) for intake, programme in found if intake]


async def _is_active(store: Store, young_id: UUID) -> bool:
    pupil = await store.pupils.acting(SYSTEM).find_one({"_id": str(young_id)})
    return bool(pupil and pupil.active)


async def _opened_by(store: Store, referral: ReferralSubmitted, wished: list[Wished]) -> list[UUID]:
    """The intakes that hold an application for this referral, in the order of its wishes."""
    order = [intake.intake_id for found in wished for intake, _ in found or ()]
    held = [(intake.intake_id, intake.application_of(referral.young_id)) for intake in await store.intakes_of(referral.young_id)]
    opened = [intake_id for intake_id, application in held if application and application.asked_by(referral.referral_id)]
    return sorted(opened, key=lambda intake_id: order.index(intake_id) if intake_id in order else len(order))


def _unopened(wished: list[Wished], opened: list[UUID], *, is_pupil: bool) -> tuple[Unopened, ...]:
    """Each wish that opened nothing, by its rank, with why."""
    return tuple(
        Unopened(wish=rank, code=_why(found, is_pupil=is_pupil))
        for rank, found in enumerate(wished, start=1)
        if not found or all(intake.intake_id not in opened for intake, _ in found)
    )


def _why(found: Wished, *, is_pupil: bool) -> UnopenedCode:
    if found is None:
        return UnopenedCode.UNKNOWN_PROGRAMME
    if is_pupil:
        return UnopenedCode.ALREADY_ENROLLED
    return UnopenedCode.ALREADY_ANSWERED if found else UnopenedCode.NO_OPEN_INTAKE


async def _close_if_enrolled_meanwhile(store: Store, young_id: UUID, on: date) -> None:
    """Someone confirmed elsewhere while we were opening: `student.enrolled` may have been heard before these were there."""
    if await _is_active(store, young_id):
        for intake in await store.intakes_of(young_id):
            await store.intakes.acting(SYSTEM).decide(intake.intake_id, make_obsolete, young_id=young_id, on=on)
