"""A school's open days and an intake's delays over HTTP, and what time brings, done now."""

from datetime import date
from typing import Self
from uuid import UUID

from pydantic import BaseModel

from services.enrolment import views
from services.enrolment.api import shown
from services.enrolment.api.delay_schemas import ClosureRequest, DelaysRequest, HolidaysRequest, SweepRequest
from services.enrolment.api.deps import StoreDep
from services.enrolment.domain import calendars, seats
from services.enrolment.domain.school import School
from services.enrolment.use_cases import deadlines
from services.enrolment.use_cases.deadlines import Swept
from shared.events.applications import ApplicationObsolete, PlaceExpired, PlaceOffered
from shared.events.delays import ApplicationExpired, ApplicationReminded
from shared.events.transfers import TransferLapsed
from shared.kernel.errors import Refused
from shared.kernel.identifiers import Slug
from shared.web.auth import CurrentCaller, require
from shared.web.router import Router, responses_for

router = Router(tags=["délais"])
HEADS = require(*seats.CHANGE_SEATS.who)


class SweepResponse(BaseModel):
    """What a sweep did: applications that their school left without an answer, offers that nobody took, applications that ended
    with their intake, reminders, offers made or moved, transfers that nobody answered; and what it failed on."""

    on: date
    unanswered: int
    offers_expired: int
    closed: int
    reminded: int
    offered: int
    lapsed: int
    failed: int

    @classmethod
    def of(cls, swept: Swept, on: date) -> Self:
        told = swept.told
        return cls(
            on=on, unanswered=told[ApplicationExpired], offers_expired=told[PlaceExpired], closed=told[ApplicationObsolete],
            reminded=told[ApplicationReminded], offered=told[PlaceOffered], lapsed=told[TransferLapsed], failed=swept.failed,
        )  # fmt: skip


@router.put("/schools/{school}/holidays", dependencies=[HEADS])
async def keep_holidays(school: Slug, body: HolidaysRequest, caller: CurrentCaller, store: StoreDep) -> School:
    """Keep the public holidays of a zone, where they are not those of the school's department."""
    today = store.clock.today()
    return (await store.schools.acting(caller).decide(school, calendars.keep_holidays_of, zone=body.zone, on=today)).on(today)


@router.post(
    "/schools/{school}/closures", dependencies=[HEADS], responses=responses_for({Refused: ("too_many_closures",)})
)  # fmt: skip
async def close_school(school: Slug, body: ClosureRequest, caller: CurrentCaller, store: StoreDep) -> School:
    """Be closed on these days: no delay counts them, and what still runs ends later."""
    days, today = body.model_dump(), store.clock.today()
    return (await store.schools.acting(caller).decide(school, calendars.close, **days, on=today)).on(today)


@router.post("/schools/{school}/closures/cancel", dependencies=[HEADS])
async def cancel_closure(school: Slug, body: ClosureRequest, caller: CurrentCaller, store: StoreDep) -> School:
    """Be open after all: what still runs ends accordingly, what has passed stays so."""
    days, today = body.model_dump(), store.clock.today()
    return (await store.schools.acting(caller).decide(school, calendars.cancel_closure, **days, on=today)).on(today)


@router.post("/intakes/{intake_id}/delays", dependencies=[HEADS])
async def change_delays(intake_id: UUID, body: DelaysRequest, caller: CurrentCaller, store: StoreDep) -> views.SeatsResponse:
    """Give what begins from now on other delays, in open days of the school."""
    intake = await store.intakes.acting(caller).decide(
        intake_id, seats.change_delays, answer_days=body.answer_days, offer_days=body.offer_days, on=store.clock.day(body.on)
    )
    return (await shown.seats(store, [intake]))[0]


@router.post("/sweep", dependencies=[require("admin")])
async def sweep(body: SweepRequest, store: StoreDep) -> SweepResponse:
    """Do what was due before a day, today or a past one; a simulated clock goes to one to come. Again, it does nothing."""
    on = await deadlines.reach(store, body.on)
    return SweepResponse.of(await deadlines.sweep(store, on), on)
