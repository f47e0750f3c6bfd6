"""What spans documents: several decisions in one transaction, or one decision on each of several documents for one message."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Concatenate, ParamSpec
from uuid import UUID

from services.enrolment.domain import applications, diplomas, grant, places, pupils, withdrawals
from services.enrolment.domain.application import Application
from services.enrolment.domain.enrolment import Outcome
from services.enrolment.domain.files import File, Files
from services.enrolment.domain.grant import Grant
from services.enrolment.domain.intake import Intake
from services.enrolment.domain.mandates import mandate_of, to_the_school
from services.enrolment.domain.pupil import Pupil, PupilEvent
from services.enrolment.domain.statuses import EnrolmentAction
from services.enrolment.domain.visibility import agency_of, check_named, follows, school_of
from services.enrolment.domain.wishes import Wished, answer, opened_by, unopened
from services.enrolment.store import Store
from services.enrolment.use_cases import persons
from shared.events.applications import ApplicationStatus, WishesAnswered
from shared.events.catalogue import GrantAwarded
from shared.events.message import Message
from shared.events.referral import ReferralSubmitted, Wish
from shared.events.students import EnrolmentStatus
from shared.kernel.caller import SYSTEM, Caller
from shared.kernel.errors import NotFound, Refused, Unavailable
from shared.persistence.mongo import Session

P = ParamSpec("P")


async def confirm(
    store: Store, caller: Caller, *, intake_id: UUID, young_id: UUID, word: places.Word | None = None, on: date
) -> Intake:
    """Take the offered seat and become a pupil, both or neither: a young person has one active enrolment at most."""
    agency = agency_of(caller)
    files = await store.files.of(young_id)

    async def work(session: Session) -> Intake:
        intakes, pupils_to_enrol = store.intakes.within(session), store.every_pupil.within(session)
        before = (await intakes.acting(caller).get(intake_id)).application(young_id)
        intake = await intakes.acting(caller).decide(
            intake_id, places.confirm, young_id=young_id, agency=agency, word=word, files=files, on=on
        )
        if before.status is not ApplicationStatus.OFFERED:  # they may have given the place up since: that is not taken back here
            return intake
        await persons.ensure_one_enrolment(store, young_id, session)
        programme = await store.programme_of(intake)
        await pupils_to_enrol.acting(caller).create(
            young_id, pupils.enrol, young_id=young_id, birth_month=file_of(files, before).birth_month, intake=intake,
            programme=programme, on=on,
        )  # fmt: skip
        return intake

    try:
        return await store.persistence.transaction(work, intake_id, young_id)
    except Refused as no:
        if agency is None or no.code != "already_enrolled":
            raise
        # an agency is not told that someone else's referral had them enrolled elsewhere, nor under another id
        intake = await store.intakes.acting(caller).get(intake_id)
        raise to_the_school(mandate_of(intake.application(young_id), agency)) from None


Move = Callable[Concatenate[Pupil, ...], Sequence[PupilEvent]]
"""move_up, repeat or change_programme."""


async def move(store: Store, caller: Caller, decision: Move, *, young_id: UUID, intake_id: UUID, on: date) -> Pupil:
    """Go on in another intake, where a seat is taken; the one left is free again within the year, or before the start."""
    school = school_of(caller)

    async def work(session: Session) -> Pupil:
        own_pupils, intakes = store.pupils.within(session).acting(caller), store.intakes.within(session).acting(caller)
        enrolment, to = (await own_pupils.get(young_id)).last(school), await intakes.get(intake_id)
        before, programme = enrolment.now, await store.programme_of(to)
        pupil = await own_pupils.decide(young_id, decision, school=school, to=to, programme=programme, on=on)
        if before.intake_id == intake_id:
            return pupil
        seat, moves = pupils.seat_for(pupil, intake_id), pupils.open_moves(enrolment)
        await intakes.decide(intake_id, seat, young_id=young_id, moves=moves, on=on)
        if before.school_year == to.school_year or enrolment.status is EnrolmentStatus.DUE:
            await intakes.decide(before.intake_id, places.release_seat, young_id=young_id, on=on)
        return pupil

    return await store.persistence.transaction(work, young_id, intake_id, await _held_by(store, caller, young_id))


async def award(store: Store, caller: Caller, fingerprint: str, awarded: GrantAwarded, *, distinct: bool) -> Grant:
    """Promise public money, once: refused where the same stands already, unless it is said to be a distinct grant."""

    async def unless_awarded(session: Session) -> Grant:
        acting = store.grants.within(session).acting(caller)
        if not distinct and await acting.find_one({"_id": str(awarded.grant_id)}) is None:
            grant.ensure_new(await store.find_twin(awarded, session=session))
        await store.awards.another(awarded.holder, session=session)
        return await acting.create_once(awarded.grant_id, fingerprint, grant.award, event=awarded)

    await store.awards.open(awarded.holder)
    return await store.persistence.transaction(unless_awarded, awarded.grant_id, awarded.holder)


async def resume(store: Store, caller: Caller, *, young_id: UUID, on: date) -> Pupil:
    """Come back after an interruption, to a free seat of the same intake."""
    school = school_of(caller)

    async def work(session: Session) -> Pupil:
        own_pupils, intakes = store.pupils.within(session).acting(caller), store.intakes.within(session).acting(caller)
        before = (await own_pupils.get(young_id)).last(school)
        pupil = await own_pupils.decide(young_id, pupils.resume, school=school, on=on)
        if before.status is EnrolmentStatus.INTERRUPTED:
            await persons.ensure_one_enrolment(store, young_id, session)
            moves = pupils.open_moves(before, EnrolmentAction.RESUME)
            await intakes.decide(before.now.intake_id, places.take_seat_again, young_id=young_id, moves=moves, on=on)
        return pupil

    return await store.persistence.transaction(work, young_id, await _held_by(store, caller, young_id))


async def override(store: Store, caller: Caller, *, intake_id: UUID, young_id: UUID, motive: str, on: date) -> Intake:
    """Examine an ineligible application all the same, and keep the motive of that."""

    async def work(session: Session) -> Intake:
        intakes = store.intakes.within(session).acting(caller)
        before = (await intakes.get(intake_id)).application(young_id)
        intake = await intakes.decide(intake_id, applications.review, young_id=young_id, overridden=True, on=on)
        if before.status is ApplicationStatus.INELIGIBLE:
            await store.motives.keep(intake_id, young_id, motive, session=session)
        return intake

    return await store.persistence.transaction(work, intake_id)


async def register_exam(store: Store, caller: Caller, *, young_id: UUID, session: str, on: date) -> tuple[Pupil, UUID]:
    """Present a pupil to a session; with the exam's id, which is the same for who asks twice."""
    school = school_of(caller)
    titles = await store.titles((await store.pupils.acting(caller).get(young_id)).last(school).school)
    pupil = await store.pupils.acting(caller).decide(
        young_id, diplomas.register_exam, school=school, session=session, titles=titles, on=on
    )
    sittings = diplomas.ending_in(pupil, school, session, titles).exams
    return pupil, next(one.exam_id for one in sittings if one.session == session)


async def declare_outcome(store: Store, caller: Caller, *, young_id: UUID, outcome: Outcome) -> Pupil:
    """What became of a leaver: said by their school, or by an agency of those whom it followed there. Raises NotFound."""
    agency = agency_of(caller)
    if agency is None:
        return await store.pupils.acting(caller).decide(
            young_id, diplomas.declare_outcome, school=school_of(caller), outcome=outcome
        )
    followed = await followed_by(store, agency, young_id)
    return await store.every_pupil.acting(caller).decide(
        young_id, diplomas.declare_outcome, school=None, enrolment_id=followed, outcome=outcome
    )


async def followed_by(store: Store, agency: str, young_id: UUID) -> UUID:
    """The pupil's last enrolment for which a referral of this agency was asking when the place was confirmed.

    Raises NotFound, the same where there is no such pupil.
    """
    pupil = await store.find_pupil(young_id)
    for enrolment in reversed(pupil.enrolments if pupil else ()):
        intake = await store.intakes.acting(SYSTEM).get(enrolment.years[0].intake_id)
        application = intake.application_of(young_id)
        if application and follows(application, agency):
            return enrolment.enrolment_id
    raise NotFound("Cet élève")


async def application_named(store: Store, caller: Caller, *, intake_id: UUID, young_id: UUID) -> Intake:
    """The intake of an application that the caller sees. Raises NotFound."""
    intake = await store.intakes.acting(caller).get(intake_id)
    check_named(caller, intake.application(young_id))
    return intake


async def answer_wishes(store: Store, referral: ReferralSubmitted, message: Message, *, on: date) -> None:
    """Open or join an application in every intake that is wished for, then answer the wishes, once.

    Heard again, it opens nothing more: an intake that came since is not in the answer.
    """
    if not await store.has_answered(referral.referral_id):
        await _open_and_answer(store, referral, message, on)
    # confirmed elsewhere while we were opening: `student.enrolled` may have been heard before these were there
    await close_open_applications(store, referral.young_id, on=on)


async def close_open_applications(store: Store, young_id: UUID, *, on: date, cause: Message | None = None) -> None:
    """The open applications of an active pupil need not be answered any more. Of nobody else: a departure may have come since."""
    if not await is_active(store, young_id):
        await store.settle()
        return
    intakes = store.intakes.acting(SYSTEM, cause=cause)
    for intake in await store.intakes_of(young_id):
        await intakes.decide(intake.intake_id, withdrawals.make_obsolete, young_id=young_id, on=on)


async def _open_and_answer(store: Store, referral: ReferralSubmitted, message: Message, on: date) -> None:
    await store.files.follow(message)
    is_pupil = await is_active(store, referral.young_id)
    wished = [await look_up(store, wish, on) for wish in referral.wishes]
    if not is_pupil:
        intakes = store.intakes.acting(SYSTEM, cause=message)
        for intake, programme in (one for found in wished for one in found or ()):
            await intakes.decide(intake.intake_id, applications.apply, referral=referral, programme=programme, on=on)
    opened = opened_by(referral, wished, await store.intakes_of(referral.young_id))
    answered = WishesAnswered(
        referral_id=referral.referral_id, young_id=referral.young_id, agency=referral.agency, on=on,
        opened=opened, unopened=unopened(wished, opened, is_pupil=is_pupil),
    )  # fmt: skip
    await store.wishes.acting(SYSTEM, cause=message).create(referral.referral_id, answer, event=answered)


async def look_up(store: Store, wish: Wish, day: date) -> Wished:
    """The intakes that are open on a day for a wish, each with its programme."""
    if wish.school and wish.programme:
        school = await store.find_school(wish.school)
        taught = [(school, one) for one in school.programmes if one.programme == wish.programme] if school else []
    else:
        schools = await store.schools_teaching(wish.sector or "", wish.departments)
        taught = [(school, one) for school in schools for one in school.programmes if one.sector == wish.sector]
    taught = [(school, one) for school, one in taught if one.years >= wish.year_of_study]
    if not taught:
        return None
    year = wish.year_of_study
    found = [(await store.next_intake(school.school, one.programme, year_of_study=year, day=day), one) for school, one in taught]
    return [(intake, programme) for intake, programme in found if intake]


async def is_active(store: Store, young_id: UUID) -> bool:
    """Whether they are a pupil of some school now."""
    pupil = await store.find_pupil(young_id)
    return bool(pupil and pupil.active)


def file_of(files: Files, application: Application) -> File:
    """That of the referral in whose name a place is offered, or would be. Unavailable until it was heard."""
    file = files.of(application.in_whose_name)
    if file is None:
        raise Unavailable("not_heard_yet", "Le dossier de ce jeune n’est pas encore arrivé : recommencez dans un instant.")
    return file


async def _held_by(store: Store, caller: Caller, young_id: UUID) -> UUID:
    """The intake where a pupil has a seat now, for the queue alone: the transaction looks again."""
    return (await store.pupils.acting(caller).get(young_id)).last(school_of(caller)).now.intake_id
