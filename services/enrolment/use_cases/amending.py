"""What an amended referral changes in enrolment: its file, its applications, the answer to its wishes."""

from collections.abc import Sequence
from datetime import date

from services.enrolment.domain import amendments
from services.enrolment.domain.amendments import goes_on, with_held
from services.enrolment.domain.intake import Intake
from services.enrolment.domain.school import School
from services.enrolment.domain.wishes import Wished, answer_anew, opened_by, unopened
from services.enrolment.store import Store
from services.enrolment.use_cases import close_open_applications, is_active, look_up
from shared.events.amendments import Part, ReferralAmended
from shared.events.applications import WishesAnswered
from shared.events.message import Message
from shared.kernel.caller import SYSTEM


async def follow(store: Store, referral: ReferralAmended, message: Message, *, on: date) -> None:
    """Judge a referral's applications anew and, where it wishes otherwise, open, join and leave some, then answer it again."""
    await store.files.follow(message)
    held = await _held(store, referral)
    if Part.WISHES not in referral.replaces and await store.has_answered(referral.referral_id):
        await _decide(store, referral, message, held, on)
        return
    is_pupil = await is_active(store, referral.young_id)
    wished = [await look_up(store, wish, on) for wish in referral.wishes]
    opening = [] if is_pupil else [intake for found in wished for intake, _ in found or ()]
    await _decide(store, referral, message, [*held, *opening], on)
    await _answer(store, referral, message, wished, is_pupil=is_pupil, on=on)
    await close_open_applications(store, referral.young_id, on=on)


async def _held(store: Store, referral: ReferralAmended) -> list[Intake]:
    """The intakes that the referral ever asked for."""
    held = await store.intakes_of(referral.young_id)
    return [one for one in held if one.application(referral.young_id).has_referral(referral.referral_id)]


async def _school(store: Store, intake: Intake) -> School:
    return await store.schools.acting(SYSTEM).get(intake.school)


async def _decide(store: Store, referral: ReferralAmended, message: Message, intakes: list[Intake], on: date) -> None:
    """One decision on each, for each handles a message once."""
    acting = store.intakes.acting(SYSTEM, cause=message)
    for intake in {one.intake_id: one for one in intakes}.values():
        school = await _school(store, intake)
        await acting.decide(intake.intake_id, amendments.follow, referral=referral, school=school, on=on)


async def _answer(
    store: Store, referral: ReferralAmended, message: Message, wished: Sequence[Wished], *, is_pupil: bool, on: date
) -> None:
    """What each wish has opened by now. What was left, and is wished for no more, is none of it."""
    held = [(intake, await _school(store, intake)) for intake in await _held(store, referral)]
    opened_or_found = [with_held(wish, found, held) for wish, found in zip(referral.wishes, wished, strict=True)]
    opened = opened_by(referral, opened_or_found, [intake for intake, school in held if goes_on(referral, intake, school)])
    answered = WishesAnswered(
        referral_id=referral.referral_id, young_id=referral.young_id, agency=referral.agency, on=on,
        opened=opened, unopened=unopened(opened_or_found, opened, is_pupil=is_pupil),
    )  # fmt: skip
    await store.wishes.acting(SYSTEM, cause=message).create(referral.referral_id, answer_anew, event=answered)
