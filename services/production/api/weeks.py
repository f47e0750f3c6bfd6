"""The hours of pupils' weeks: one pupil, or a whole workshop at once."""

import asyncio
from collections.abc import Sequence
from datetime import date
from itertools import chain
from uuid import UUID

from services.production.api.deps import SCHOOL, StoreDep
from services.production.api.schemas import PupilWorked, WeekRequest, WorkshopWeekRequest
from services.production.domain.measures import added, shares
from services.production.domain.pupils import enrolment_for
from services.production.domain.weeks import WorkedWeek, log_work
from services.production.store import Store
from services.production.views import (
    PupilAlert,
    PupilRefused,
    PupilWeekResponse,
    SchoolWeekResponse,
    WorkshopWeekResponse,
    rows,
)
from shared.kernel.calendar import Week, monday_of
from shared.kernel.caller import Caller
from shared.kernel.errors import Invalid, NotFound, Refused
from shared.web.auth import CurrentCaller
from shared.web.router import Router

REFUSALS = ("after_leaving", "before_start", "never_came", "order_not_accepted", "unknown_order", "unknown_pupil")
INVALID = ("more_than_production", "order_said_twice", "too_many_hours")
router = Router(prefix="/weeks", tags=["heures"], dependencies=[SCHOOL], problems={Refused: REFUSALS, Invalid: INVALID})
AT_ONCE = 16
"""Decisions of one request that run together."""
RefusedWeek = Refused | Invalid | NotFound
"""What is about one pupil's week; any other problem is the whole request's."""


@router.put("/{week}/{young_id}")
async def log_pupil_week(
    week: Week, young_id: UUID, body: WeekRequest, caller: CurrentCaller, store: StoreDep
) -> PupilWeekResponse:
    """State one pupil's week; it replaces what was said of it before."""
    said = PupilWorked(young_id=young_id, minutes=body.minutes, on_orders=body.on_orders)
    (saved,) = await _save(store, caller, week, [said], store.clock.day(body.on))
    if not isinstance(saved, WorkedWeek):
        raise saved
    return (await _shown(store, caller, week, [saved]))[0]


@router.put("/{week}")
async def log_workshop_week(
    week: Week, body: WorkshopWeekRequest, caller: CurrentCaller, store: StoreDep
) -> WorkshopWeekResponse:
    """State the week of each of these pupils: each is saved or refused by itself."""
    outcomes = await _save(store, caller, week, body.pupils, store.clock.day(body.on))
    saved = [outcome for outcome in outcomes if isinstance(outcome, WorkedWeek)]
    refused = [
        PupilRefused(young_id=said.young_id, code=outcome.code, detail=outcome.sentence)
        for said, outcome in zip(body.pupils, outcomes, strict=True)
        if not isinstance(outcome, WorkedWeek)
    ]
    shown = await _shown(store, caller, week, saved)
    found = [PupilAlert(young_id=one.young_id, **alert.model_dump()) for one in shown for alert in one.alerts]
    return WorkshopWeekResponse(saved=len(saved), refused=refused, alerts=found)


@router.get("/{week}")
async def read_week(week: Week, caller: CurrentCaller, store: StoreDep) -> SchoolWeekResponse:
    """The school's pupils that week, those without hours too, with the shares of the week and of the school year so far."""
    worked = await store.weeks.acting(caller).find({"state.week": week})
    pupils = await store.pupils.of_week(week, logged=[one.young_id for one in worked], caller=caller)
    year = await store.minutes_of_year(week, caller=caller)
    total = added(*(one.minutes.model_dump() for one in worked))
    return SchoolWeekResponse(
        week=week, monday=monday_of(week), minutes=total, **shares(total).model_dump(),
        year=shares(added(*year.values())), pupils=rows(week, pupils, worked, year),
    )  # fmt: skip


async def _save(store: Store, caller: Caller, week: str, said: Sequence[PupilWorked], on: date) -> list[WorkedWeek | RefusedWeek]:
    """One decision for each pupil, some at once. A server's failure is raised once all have ended."""
    pupils = await store.pupils.named([one.young_id for one in said], caller=caller)
    orders = await store.orders_named({one.order_id for worked in said for one in worked.on_orders}, caller=caller)
    slots = asyncio.Semaphore(AT_ONCE)

    async def save(one: PupilWorked) -> WorkedWeek:
        pupil = enrolment_for(pupils.get(one.young_id, ()), week)
        async with slots:
            return await store.weeks.acting(caller).create(
                f"{caller.tenant}:{one.young_id}:{week}", log_work,
                pupil=pupil, week=week, minutes=one.hours, on_orders=one.split, orders=orders, on=on,
            )  # fmt: skip

    outcomes = await asyncio.gather(*map(save, said), return_exceptions=True)
    kept: list[WorkedWeek | RefusedWeek] = []
    for outcome in outcomes:
        if isinstance(outcome, BaseException) and not isinstance(outcome, RefusedWeek):
            raise outcome
        kept.append(outcome)
    return kept


async def _shown(store: Store, caller: Caller, week: str, worked: Sequence[WorkedWeek]) -> list[PupilWeekResponse]:
    """These weeks with their measures and alerts."""
    ids = [one.young_id for one in worked]
    pupils = await store.pupils.named(ids, caller=caller)
    year = await store.minutes_of_year(week, caller=caller, young_ids=ids)
    return rows(week, chain.from_iterable(pupils.values()), worked, year)
