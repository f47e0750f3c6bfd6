"""Corrections of what was declared of a pupil, with the seats that follow: one transaction of the pupil and their intakes."""

from collections.abc import Callable, Sequence
from typing import Any, Concatenate
from uuid import UUID

from services.enrolment import use_cases
from services.enrolment.domain import places
from services.enrolment.domain.corrected_results import correct_outcome
from services.enrolment.domain.corrections import Mending, correct_year, mended_enrolment, seats_held
from services.enrolment.domain.enrolment import ACTIVE, RELEASED, Enrolment, Outcome
from services.enrolment.domain.pupil import Pupil, PupilEvent
from services.enrolment.domain.pupils import open_moves, seat_for
from services.enrolment.domain.visibility import agency_of, school_of
from services.enrolment.store import Store
from services.enrolment.use_cases import persons
from shared.events.students import OutcomeSource
from shared.kernel.caller import SYSTEM, Caller
from shared.persistence.mongo import Session

Correct = Callable[Concatenate[Pupil, ...], Sequence[PupilEvent]]
"""A decision that corrects."""


async def correct(store: Store, caller: Caller, decision: Correct, *, young_id: UUID, mending: Mending, **command: Any) -> Pupil:
    """Mend one fact; where the pupil holds other seats after it, take and release them: all or nothing."""
    school = school_of(caller)

    async def work(session: Session) -> Pupil:
        own_pupils = store.pupils.within(session).acting(caller)
        before = mended_enrolment(await own_pupils.get(young_id), school, mending)
        known = await store.titles(before.school)
        pupil = await own_pupils.decide(young_id, decision, school=school, mending=mending, titles=known, **command)
        after = pupil.enrolment(before.enrolment_id)
        assert after is not None
        if after.status in ACTIVE and before.status not in ACTIVE:
            await persons.ensure_one_enrolment(store, young_id, session)
        await _move_seats(store, caller, session, young_id, mending, before, after)
        return pupil

    return await store.persistence.transaction(work, young_id, *await _seats_of(store, caller, young_id))


async def correct_move(store: Store, caller: Caller, *, young_id: UUID, mending: Mending, intake_id: UUID | None) -> Pupil:
    """Mend the last move up, repeat or change of programme. Raises NotFound for an intake that is not of this school."""
    if intake_id is None:
        return await correct(store, caller, correct_year, young_id=young_id, mending=mending)
    to = await store.intakes.acting(caller).get(intake_id)
    programme = (await store.schools.acting(SYSTEM).get(to.school)).programme(to.programme)
    return await correct(store, caller, correct_year, young_id=young_id, mending=mending, to=to, programme=programme)


async def correct_word(
    store: Store, caller: Caller, *, young_id: UUID, mending: Mending, horizon: int, source: OutcomeSource, word: Outcome | None
) -> Pupil:
    """Mend what one said became of a leaver: their school, or an agency of those enrolled as it asked. Raises NotFound."""
    declared, agency = store.pupils, agency_of(caller)
    if agency:
        mending = mending.model_copy(update={"enrolment_id": await use_cases.followed_by(store, agency, young_id)})
        word = word.model_copy(update={"agency": agency}) if word else None
        declared = store.every_pupil
    return await declared.acting(caller).decide(
        young_id, correct_outcome, school=school_of(caller), mending=mending, titles=(), horizon=horizon, source=source,
        agency=agency, word=word,
    )  # fmt: skip


async def _move_seats(
    store: Store, caller: Caller, session: Session, young_id: UUID, mending: Mending, before: Enrolment, after: Enrolment
) -> None:
    intakes = store.intakes.within(session).acting(caller)
    held, holds = seats_held(before), seats_held(after)
    back = before.status in RELEASED and after.status not in RELEASED
    moved = {before.now.intake_id} - {after.now.intake_id}  # of who left, too: that they did may not be heard yet
    for intake_id in sorted((held | moved) - holds, key=str):
        await intakes.decide(intake_id, places.release_seat, young_id=young_id, on=mending.on)
    pupil = await store.every_pupil.within(session).acting(caller).get(young_id)
    for intake_id in sorted(holds - held, key=str):
        take = places.take_seat_again if back else seat_for(pupil, intake_id)
        await intakes.decide(intake_id, take, young_id=young_id, moves=open_moves(before), on=mending.on)


async def _seats_of(store: Store, caller: Caller, young_id: UUID) -> list[UUID]:
    """The intakes where a pupil was or is, for the queue alone: the transaction looks again."""
    pupil = await store.pupils.acting(caller).get(young_id)
    return sorted({year.intake_id for one in pupil.enrolments for year in one.years}, key=str)
