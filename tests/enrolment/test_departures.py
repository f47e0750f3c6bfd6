"""Pupils who leave, come back or go elsewhere, and what the days bring, on a real database."""

import uuid
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.enrolment import handlers, use_cases, views
from services.enrolment.domain import pupils
from services.enrolment.jobs import sweep
from services.enrolment.store import Store
from shared.events.applications import ApplicationStatus, PlaceExpired, PlaceOffered
from shared.events.catalogue import Promotion
from shared.events.referral import Wish
from shared.events.students import InterruptionCode, StudentEnrolled, StudentInterrupted
from shared.kernel.caller import SYSTEM, Caller
from shared.kernel.errors import Refused, Unavailable
from shared.web.names import Names
from tests.enrolment.builders import MAY, START, a_message, a_referral, fields_of
from tests.enrolment.drivers import (
    ADMIN,
    enrols,
    events_of,
    held_and_waiting,
    intake_opens,
    offers,
    refers,
    starts,
    status,
    waits,
)


async def departs(store: Store, young_id: uuid.UUID) -> tuple[StudentInterrupted, Any]:
    """Interrupts, and the message that says so."""
    code = InterruptionCode.MOVED
    await store.pupils.acting(ADMIN).decide(young_id, pupils.interrupt, school=None, code=code, on=START)
    events = await events_of(store.pupils, young_id)
    event = events[-1]
    assert isinstance(event, StudentInterrupted)
    return event, a_message(event, source=f"/enrolment/places/{young_id}", sequence=len(events))


async def test_an_interruption_gives_the_seat_to_who_waits_and_a_return_finds_none(store: Store) -> None:
    store.clock.advance(datetime(2025, 9, 1, 8, tzinfo=UTC))
    intake = await intake_opens(store, seats=1, promotion=Promotion.AUTOMATIC)
    pupil, waiting = a_referral(), a_referral()
    await refers(store, pupil)
    await refers(store, waiting)
    await enrols(store, intake, pupil.young_id)
    await waits(store, intake, waiting.young_id)
    await starts(store, pupil.young_id)
    event, message = await departs(store, pupil.young_id)
    with pytest.raises(Unavailable, match="still_leaving"):
        await use_cases.resume(store, ADMIN, young_id=pupil.young_id, on=START)
    for _ in range(2):
        await handlers.gone(store, event, message)
    assert await status(store, intake, pupil.young_id) is ApplicationStatus.RELEASED
    assert await status(store, intake, waiting.young_id) is ApplicationStatus.OFFERED


async def test_a_departure_heard_again_after_the_return_leaves_the_seat(store: Store) -> None:
    intake, referral = await intake_opens(store, seats=1), a_referral()
    await refers(store, referral)
    await enrols(store, intake, referral.young_id)
    await starts(store, referral.young_id)
    event, message = await departs(store, referral.young_id)
    await handlers.gone(store, event, message)
    await use_cases.resume(store, ADMIN, young_id=referral.young_id, on=START)
    await handlers.gone(store, event, message)
    assert await status(store, intake, referral.young_id) is ApplicationStatus.ENROLLED
    assert (await store.intakes.acting(SYSTEM).get(intake.intake_id)).seats_left == 0


async def test_a_departure_heard_again_after_the_return_and_a_move_up_leaves_the_new_seat(store: Store) -> None:
    first, referral = await intake_opens(store), a_referral()
    second = await intake_opens(store, school_year="2026-2027", year_of_study=2)
    await refers(store, referral)
    await enrols(store, first, referral.young_id)
    await starts(store, referral.young_id)
    event, message = await departs(store, referral.young_id)
    await handlers.gone(store, event, message)
    await use_cases.resume(store, ADMIN, young_id=referral.young_id, on=START)
    move: dict[str, Any] = {"young_id": referral.young_id, "intake_id": second.intake_id, "on": date(2026, 9, 1)}
    await use_cases.move(store, ADMIN, pupils.move_up, **move)
    await handlers.gone(store, event, message)
    assert await status(store, second, referral.young_id) is ApplicationStatus.ENROLLED


async def test_an_enrolment_heard_after_the_departure_closes_nothing(store: Store) -> None:
    here, there = await intake_opens(store), await intake_opens(store, school="chalon")
    referral = a_referral()
    await refers(store, referral)
    await enrols(store, here, referral.young_id)
    (event,) = await events_of(store.pupils, referral.young_id)
    assert isinstance(event, StudentEnrolled)
    await starts(store, referral.young_id)
    await departs(store, referral.young_id)
    await refers(store, a_referral(young_id=referral.young_id, wishes=(Wish(school="chalon", programme="usinage"),)))
    await handlers.enrolled(store, event, a_message(event, source=f"/enrolment/places/{referral.young_id}"))
    assert await status(store, there, referral.young_id) is ApplicationStatus.UNDER_REVIEW


async def test_a_return_closes_what_was_asked_for_elsewhere_meanwhile(store: Store) -> None:
    here, there = await intake_opens(store), await intake_opens(store, school="chalon")
    referral = a_referral()
    await refers(store, referral)
    await enrols(store, here, referral.young_id)
    await starts(store, referral.young_id)
    event, message = await departs(store, referral.young_id)
    await handlers.gone(store, event, message)
    await refers(store, a_referral(young_id=referral.young_id, wishes=(Wish(school="chalon", programme="usinage"),)))
    await offers(store, there, referral.young_id)
    await use_cases.resume(store, ADMIN, young_id=referral.young_id, on=START)
    resumed = (await events_of(store.pupils, referral.young_id))[-1]
    message = a_message(resumed, source=f"/enrolment/places/{referral.young_id}", sequence=9)
    await handlers.HANDLERS[type(resumed)](store, resumed, message)
    assert await status(store, there, referral.young_id) is ApplicationStatus.OBSOLETE
    assert await status(store, here, referral.young_id) is ApplicationStatus.ENROLLED
    assert (await store.intakes.acting(SYSTEM).get(there.intake_id)).seats_left == 2


async def test_the_sweep_ends_what_the_days_ended_and_offers_the_seats_on(store: Store) -> None:
    intake, held, waiting = await held_and_waiting(store)
    await sweep(store)
    assert await status(store, intake, held.young_id) is ApplicationStatus.OFFERED
    store.clock.advance(datetime(2025, 6, 16, 8, tzinfo=UTC))
    for _ in range(2):
        await sweep(store)
        assert (await events_of(store.intakes, intake.intake_id))[-2:] == [
            PlaceExpired(**fields_of(intake, held.young_id, on=date(2025, 6, 16))),
            PlaceOffered(**fields_of(intake, waiting.young_id, on=date(2025, 6, 16)), until=date(2025, 6, 30), days=10),
        ]
    store.clock.advance(datetime(2025, 12, 1, 8, tzinfo=UTC))
    await sweep(store)
    assert await status(store, intake, waiting.young_id) is ApplicationStatus.EXPIRED


async def test_a_school_enrols_who_left_another_and_neither_sees_the_others_enrolment(store: Store) -> None:
    here, there = await intake_opens(store), await intake_opens(store, school="chalon")
    besancon, chalon = Caller("b", "school", "besancon", "head"), Caller("c", "school", "chalon", "head")
    referral = a_referral()
    await refers(store, referral)
    await enrols(store, here, referral.young_id)
    await starts(store, referral.young_id)
    await departs(store, referral.young_id)
    await refers(store, a_referral(young_id=referral.young_id, wishes=(Wish(school="chalon", programme="usinage"),)))
    await offers(store, there, referral.young_id)
    await use_cases.confirm(store, chalon, intake_id=there.intake_id, young_id=referral.young_id, on=MAY)
    for head in (besancon, chalon):
        seen = views.pupil(await store.pupils.acting(head).get(referral.young_id), head.tenant, Names())
        assert (seen.school.id, seen.earlier) == (head.tenant, ())
    with pytest.raises(Refused, match="already_enrolled"):
        await use_cases.resume(store, besancon, young_id=referral.young_id, on=START)
