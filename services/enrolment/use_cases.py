"""The decisions that span documents: each is one transaction, every document in it guarded by its version."""

from collections.abc import Callable
from datetime import date
from typing import Concatenate, ParamSpec
from uuid import UUID

from services.enrolment.domain import applications, pupils, seats
from services.enrolment.domain.intake import Intake
from services.enrolment.domain.pupil import Pupil
from services.enrolment.domain.school import Programme
from services.enrolment.store import Store
from shared.events import Event
from shared.events.applications import ApplicationStatus
from shared.events.students import EnrolmentStatus
from shared.kernel.caller import SYSTEM, Caller
from shared.persistence.mongo import Session

P = ParamSpec("P")


async def confirm(store: Store, caller: Caller, *, intake_id: UUID, young_id: UUID, on: date) -> Intake:
    """Take the offered seat and become a pupil, both or neither: a young person has one active enrolment at most."""
    birth_month = await store.birth_month(young_id)

    async def work(session: Session) -> Intake:
        intake = (
            await store.intakes.within(session).acting(caller).decide(intake_id, applications.confirm, young_id=young_id, on=on)
        )
        programme = await _programme(store, intake)
        own_pupils = store.pupils_to_enrol(session)
        await own_pupils.acting(caller).create(
            young_id, pupils.enrol, young_id=young_id, birth_month=birth_month, intake=intake, programme=programme, on=on
        )
        return intake

    return await store.persistence.transaction(work)


Move = Callable[Concatenate[Pupil, ...], list[Event]]
"""move_up, repeat or change_programme."""


async def move(store: Store, caller: Caller, decision: Move, *, young_id: UUID, intake_id: UUID, on: date) -> Pupil:
    """Go on in another intake, where a seat is taken; the one left is free again within the year, or before the start."""
    school = school_of(caller)

    async def work(session: Session) -> tuple[Pupil, UUID | None]:
        own_pupils, intakes = store.pupils.within(session), store.intakes.within(session)
        enrolment = (await own_pupils.acting(caller).get(young_id)).last(school)
        before = enrolment.now
        to = await intakes.acting(caller).get(intake_id)
        programme = await _programme(store, to)
        pupil = await own_pupils.acting(caller).decide(young_id, decision, school=school, to=to, programme=programme, on=on)
        if before.intake_id == intake_id:
            return pupil, None
        await intakes.acting(caller).decide(intake_id, seats.take_seat, young_id=young_id, on=on)
        if before.school_year != to.school_year and enrolment.status is not EnrolmentStatus.DUE:
            return pupil, None
        await intakes.acting(caller).decide(before.intake_id, seats.release_seat, young_id=young_id, on=on)
        return pupil, before.intake_id

    pupil, freed = await store.persistence.transaction(work)
    if freed:
        await promote(store, freed)
    return pupil


async def resume(store: Store, caller: Caller, *, young_id: UUID, on: date) -> Pupil:
    """Come back after an interruption, to a free seat of the same intake."""
    school = school_of(caller)

    async def work(session: Session) -> Pupil:
        own_pupils, intakes = store.pupils.within(session), store.intakes.within(session)
        before = (await own_pupils.acting(caller).get(young_id)).last(school)
        pupil = await own_pupils.acting(caller).decide(young_id, pupils.resume, school=school, on=on)
        if before.status is EnrolmentStatus.INTERRUPTED:
            await intakes.acting(caller).decide(before.now.intake_id, seats.take_seat_again, young_id=young_id, on=on)
        return pupil

    return await store.persistence.transaction(work)


async def override(store: Store, caller: Caller, *, intake_id: UUID, young_id: UUID, motive: str, on: date) -> Intake:
    """Examine an ineligible application all the same, and keep the motive of that."""

    async def work(session: Session) -> Intake:
        intakes = store.intakes.within(session)
        before = (await intakes.acting(caller).get(intake_id)).application(young_id)
        intake = await intakes.acting(caller).decide(intake_id, applications.review, young_id=young_id, overridden=True, on=on)
        if before.status is ApplicationStatus.INELIGIBLE:
            await store.keep_motive(intake_id, young_id, motive, session=session)
        return intake

    return await store.persistence.transaction(work)


async def promote(store: Store, intake_id: UUID) -> Intake:
    """After a seat may have been given back: an automatic intake offers it to the first who waits."""
    return await store.intakes.acting(SYSTEM).decide(intake_id, seats.promote_automatically, on=store.clock.today())


def school_of(caller: Caller) -> str | None:
    """The school that speaks; None for those who speak of any."""
    return caller.tenant if caller.kind == "school" else None


async def _programme(store: Store, intake: Intake) -> Programme:
    return (await store.schools.acting(SYSTEM).get(intake.school)).programme(intake.programme)
