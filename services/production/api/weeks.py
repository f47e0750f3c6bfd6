"""The hours of pupils' weeks: one pupil, or a whole workshop at once."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.production.api.asking import SCHOOL, Said, Stores
from services.production.domain.measures import Alert, Shares, added, alerts, shares
from services.production.domain.pupils import Pupil, enrolment_for
from services.production.domain.weeks import WorkedWeek, log_work
from services.production.store import Store
from shared.auth import Asking, Caller
from shared.errors import Refused, Unavailable
from shared.events.production import Hours, OnOrder
from shared.identifiers import Week, monday_of

router = APIRouter(prefix="/weeks", tags=["heures"], dependencies=[SCHOOL])
AT_ONCE = 16
"""Decisions of one request that run together."""


class Minutes(Hours):
    model_config = ConfigDict(extra="forbid")


class MinutesOnOrder(OnOrder):
    model_config = ConfigDict(extra="forbid")


class Worked(BaseModel):
    """What one pupil did."""

    model_config = ConfigDict(extra="forbid")
    minutes: Minutes
    on_orders: list[MinutesOnOrder] = Field(default=[], max_length=50)

    @property
    def hours(self) -> Hours:
        return Hours(**self.minutes.model_dump())

    @property
    def split(self) -> tuple[OnOrder, ...]:
        """By order, always in the same order."""
        in_order = sorted(self.on_orders, key=lambda one: one.order_id)
        return tuple(OnOrder(order_id=one.order_id, minutes=one.minutes) for one in in_order)


class PupilWorked(Worked):
    young_id: UUID


class OneWeek(Worked, Said):
    pass


class Workshop(Said):
    """A whole workshop's week."""

    pupils: list[PupilWorked] = Field(min_length=1, max_length=200)

    @model_validator(mode="after")
    def each_once(self) -> Self:
        if len({one.young_id for one in self.pupils}) < len(self.pupils):
            raise ValueError("Un même élève est cité deux fois.")
        return self


class PupilWeek(Shares):
    """One pupil's week, null minutes where nothing is logged; `year` is the school year up to it."""

    young_id: UUID
    enrolment_id: UUID
    programme: str
    week: str
    minutes: Hours | None
    on_orders: tuple[OnOrder, ...] = ()
    year: Shares
    alerts: list[Alert]


class SchoolWeek(Shares):
    """A school's week: its pupils, and the measures of them all."""

    week: str
    monday: date
    minutes: dict[str, int]
    year: Shares
    pupils: list[PupilWeek]


class PupilRefused(BaseModel):
    young_id: UUID
    code: str
    detail: str


class PupilAlert(Alert):
    young_id: UUID


class Saved(BaseModel):
    """What became of a workshop's week. Those refused were not saved; the others were."""

    saved: int
    refused: list[PupilRefused]
    alerts: list[PupilAlert]


@router.put("/{week}/{young_id}")
async def log_one(week: Week, young_id: UUID, asked: OneWeek, who: Asking, store: Stores) -> PupilWeek:
    """State one pupil's week; it replaces what was said of it before."""
    said = PupilWorked(young_id=young_id, minutes=asked.minutes, on_orders=asked.on_orders)
    (saved,) = await _save(store, who, week, [said], store.clock.day(asked.on))
    if isinstance(saved, Refused):
        raise saved
    return (await _shown(store, who, week, [saved]))[0]


@router.put("/{week}")
async def log_many(week: Week, asked: Workshop, who: Asking, store: Stores) -> Saved:
    """State the week of each of these pupils: each is saved or refused by itself."""
    outcomes = await _save(store, who, week, asked.pupils, store.clock.day(asked.on))
    saved = [outcome for outcome in outcomes if isinstance(outcome, WorkedWeek)]
    refused = [
        PupilRefused(young_id=said.young_id, code=outcome.code, detail=outcome.sentence)
        for said, outcome in zip(asked.pupils, outcomes, strict=True)
        if isinstance(outcome, Refused)
    ]
    shown = await _shown(store, who, week, saved)
    found = [PupilAlert(young_id=one.young_id, **alert.model_dump()) for one in shown for alert in one.alerts]
    return Saved(saved=len(saved), refused=refused, alerts=found)


@router.get("/{week}")
async def the_week(week: Week, who: Asking, store: Stores) -> SchoolWeek:
    """The school's pupils that week, those without hours too, with the shares of the week and of the school year so far."""
    worked = await store.weeks.find({"state.week": week}, by=who)
    pupils = await store.pupils.of_week(week, logged=[one.young_id for one in worked], by=who)
    year = await store.minutes_of_year(week, by=who)
    total = added(*(one.minutes.model_dump() for one in worked))
    return SchoolWeek(
        week=week, monday=monday_of(week), minutes=total, **shares(total).model_dump(),
        year=shares(added(*year.values())), pupils=_rows(week, pupils, worked, year),
    )  # fmt: skip


async def _save(store: Store, who: Caller, week: str, said: Sequence[PupilWorked], on: date) -> list[WorkedWeek | Refused]:
    """One decision for each pupil, some at once. A server's failure is raised once all have ended."""
    pupils = await store.pupils.named([one.young_id for one in said], by=who)
    orders = await store.orders_named({one.order_id for worked in said for one in worked.on_orders}, by=who)
    slots = asyncio.Semaphore(AT_ONCE)

    async def save(one: PupilWorked) -> WorkedWeek:
        pupil = enrolment_for(pupils.get(one.young_id, ()), week)
        async with slots:
            return await store.weeks.create(
                f"{one.young_id}:{week}", who, log_work,
                pupil=pupil, week=week, minutes=one.hours, on_orders=one.split, orders=orders, on=on,
            )  # fmt: skip

    outcomes = await asyncio.gather(*map(save, said), return_exceptions=True)
    kept: list[WorkedWeek | Refused] = []
    for outcome in outcomes:
        if isinstance(outcome, BaseException) and (not isinstance(outcome, Refused) or isinstance(outcome, Unavailable)):
            raise outcome
        kept.append(outcome)
    return kept


async def _shown(store: Store, who: Caller, week: str, worked: Sequence[WorkedWeek]) -> list[PupilWeek]:
    """These weeks with their measures and alerts."""
    ids = [one.young_id for one in worked]
    pupils = await store.pupils.named(ids, by=who)
    year = await store.minutes_of_year(week, by=who, young_ids=ids)
    return _rows(week, [pupil for enrolments in pupils.values() for pupil in enrolments], worked, year)


def _rows(week: str, pupils: Sequence[Pupil], worked: Sequence[WorkedWeek], year: dict[UUID, dict[str, int]]) -> list[PupilWeek]:
    """One row a pupil."""
    logged = {one.young_id: one for one in worked}
    enrolments: dict[UUID, list[Pupil]] = {}
    for pupil in pupils:
        enrolments.setdefault(pupil.young_id, []).append(pupil)
    rows = [_row(week, enrolment_for(known, week), logged.get(id), year.get(id, {})) for id, known in enrolments.items()]
    return sorted(rows, key=lambda row: (row.programme, row.young_id))


def _row(week: str, pupil: Pupil, worked: WorkedWeek | None, year: dict[str, int]) -> PupilWeek:
    minutes, so_far = added(worked.minutes.model_dump() if worked else {}), added(year)
    return PupilWeek(
        young_id=pupil.young_id,
        enrolment_id=worked.enrolment_id if worked else pupil.enrolment_id,
        programme=worked.programme if worked else pupil.programme,
        week=week,
        minutes=worked.minutes if worked else None,
        on_orders=worked.on_orders if worked else (),
        year=shares(so_far),
        alerts=alerts(pupil=pupil, monday=monday_of(week), week=minutes, year=so_far),
        **shares(minutes).model_dump(),
    )
