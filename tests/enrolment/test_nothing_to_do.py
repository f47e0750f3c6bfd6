"""A message on which there is nothing to do is let go only once a majority keeps what was read to find that out."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.enrolment import handlers, use_cases
from services.enrolment.domain import pupils
from services.enrolment.domain.intake import Intake
from services.enrolment.store import Store
from shared.events.students import InterruptionCode, StudentEnrolled, StudentInterrupted
from shared.persistence.mongo import Database
from tests.enrolment.builders import START, a_message, a_referral
from tests.enrolment.drivers import ADMIN, enrols, events_of, intake_opens, refers, starts
from tests.persistence.profiling import ALL, NONE, profile, profiled


async def a_pupil(store: Store) -> tuple[Intake, UUID]:
    intake, referral = await intake_opens(store), a_referral()
    await refers(store, referral)
    await enrols(store, intake, referral.young_id)
    await starts(store, referral.young_id)
    return intake, referral.young_id


async def leave(store: Store, young_id: UUID) -> StudentInterrupted:
    leaving: dict[str, Any] = {"school": "besancon", "code": InterruptionCode.MOVED, "on": START}
    await store.pupils.acting(ADMIN).decide(young_id, pupils.interrupt, **leaving)
    left = (await events_of(store.pupils, young_id))[-1]
    assert isinstance(left, StudentInterrupted)
    return left


async def heard_late_of_who_came_back(store: Store) -> None:
    _, young_id = await a_pupil(store)
    left = await leave(store, young_id)
    await handlers.gone(store, left, a_message(left, source=f"/enrolment/pupils/{young_id}", sequence=3))
    await use_cases.resume(store, ADMIN, young_id=young_id, on=START + timedelta(days=1))
    await profile(store.database, ALL)
    await handlers.gone(store, left, a_message(left, source=f"/enrolment/pupils/{young_id}", sequence=3))


async def heard_late_of_who_left(store: Store) -> None:
    _, young_id = await a_pupil(store)
    [enrolled] = [event for event in await events_of(store.pupils, young_id) if isinstance(event, StudentEnrolled)]
    await leave(store, young_id)
    await profile(store.database, ALL)
    await handlers.enrolled(store, enrolled, a_message(enrolled, source=f"/enrolment/pupils/{young_id}"))


@pytest.mark.parametrize("handle", [heard_late_of_who_came_back, heard_late_of_who_left])
async def test_a_message_with_nothing_to_do_waits_for_a_majority(
    store: Store, database: Database, handle: Callable[[Store], Awaitable[None]]
) -> None:
    await handle(store)
    await profile(database, NONE)
    assert not await profiled(database, "update", "intakes")
    assert len(await profiled(database, "update", "settled")) == 1
