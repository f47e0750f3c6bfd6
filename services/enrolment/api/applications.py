"""Applications over HTTP: each verb is one decision, and answers with the application as it now is."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field, model_validator

from services.enrolment import use_cases, views
from services.enrolment.api.deps import Dated, StoreDep
from services.enrolment.domain import applications as decisions
from services.enrolment.domain import seats
from services.enrolment.domain.statuses import Status
from services.enrolment.use_cases import promote
from services.enrolment.views import ApplicationView
from shared.events.applications import Met
from shared.events.referral import RefusalCode
from shared.kernel.calendar import SchoolYear
from shared.web.auth import CurrentCaller, require

router = APIRouter(tags=["candidatures"])
SCHOOLS = require("school:head", "school:office", "admin")
SCHOOLS_AND_AGENCIES = require("school:head", "school:office", "agency", "admin")
ONE = "/intakes/{intake_id}/applications/{young_id}"


class ReviewAsked(Dated):
    overridden: bool = False
    motive: str | None = Field(default=None, min_length=3, max_length=2000, description="Gardé ici, jamais diffusé.")

    @model_validator(mode="after")
    def motivated(self) -> Self:
        if self.overridden and not self.motive:
            raise ValueError("Une dérogation demande un motif.")
        return self


class InterviewAsked(Dated):
    planned_on: date


class ImmersionAsked(Dated):
    planned_from: date
    planned_until: date

    @model_validator(mode="after")
    def in_order(self) -> Self:
        if self.planned_until < self.planned_from:
            raise ValueError("La fin de l’immersion précède son début.")
        return self


class AdmitAsked(Dated):
    met: Met


class OfferAsked(Dated):
    until: date


class RefuseAsked(Dated):
    code: RefusalCode


@router.get("/intakes/{intake_id}/applications", dependencies=[SCHOOLS])
async def of_an_intake(intake_id: UUID, caller: CurrentCaller, store: StoreDep) -> list[ApplicationView]:
    """Every application to an intake of one's school."""
    return views.applications(await store.intakes.acting(caller).get(intake_id), caller)


@router.get("/applications", dependencies=[SCHOOLS_AND_AGENCIES])
async def of_a_tenant(
    caller: CurrentCaller,
    store: StoreDep,
    status: Annotated[Status | None, Query()] = None,
    school_year: Annotated[SchoolYear | None, Query()] = None,
) -> list[ApplicationView]:
    """A school's own applications; for an agency, those that it referred."""
    where = {"state.school_year": school_year} if school_year else {}
    intakes = await store.intakes.acting(caller).find(where)
    found = [one for intake in intakes for one in views.applications(intake, caller)]
    return [one for one in found if status in (None, one.status)]


@router.get(ONE, dependencies=[SCHOOLS_AND_AGENCIES])
async def read(intake_id: UUID, young_id: UUID, caller: CurrentCaller, store: StoreDep) -> ApplicationView:
    """One application; its school also reads the motive of a dispensation."""
    await store.check_named(caller, intake_id, young_id)
    intake = await store.intakes.acting(caller).get(intake_id)
    motive = None if caller.kind == "agency" else await store.motive(intake_id, young_id)
    return views.application(intake, young_id, caller, motive)


@router.post(ONE + "/review", dependencies=[SCHOOLS])
async def review(intake_id: UUID, young_id: UUID, asked: ReviewAsked, caller: CurrentCaller, store: StoreDep) -> ApplicationView:
    """Examine; an ineligible application only by a dispensation, with its motive."""
    on = store.clock.day(asked.on)
    if asked.overridden and asked.motive:
        await use_cases.override(store, caller, intake_id=intake_id, young_id=young_id, motive=asked.motive, on=on)
        return await read(intake_id, young_id, caller, store)
    intake = await store.intakes.acting(caller).decide(intake_id, decisions.review, young_id=young_id, overridden=False, on=on)
    return views.application(intake, young_id, caller)


@router.post(ONE + "/plan-interview", dependencies=[SCHOOLS])
async def plan_interview(
    intake_id: UUID, young_id: UUID, asked: InterviewAsked, caller: CurrentCaller, store: StoreDep
) -> ApplicationView:
    """Agree on a day to meet."""
    on, day = store.clock.day(asked.on), asked.planned_on
    intake = await store.intakes.acting(caller).decide(
        intake_id, decisions.plan_interview, young_id=young_id, planned_on=day, on=on
    )
    return views.application(intake, young_id, caller)


@router.post(ONE + "/plan-immersion", dependencies=[SCHOOLS])
async def plan_immersion(
    intake_id: UUID, young_id: UUID, asked: ImmersionAsked, caller: CurrentCaller, store: StoreDep
) -> ApplicationView:
    """Agree on days in the workshop."""
    intake = await store.intakes.acting(caller).decide(
        intake_id, decisions.plan_immersion, young_id=young_id, on=store.clock.day(asked.on),
        planned_from=asked.planned_from, planned_until=asked.planned_until,
    )  # fmt: skip
    return views.application(intake, young_id, caller)


@router.post(ONE + "/end-immersion", dependencies=[SCHOOLS])
async def end_immersion(intake_id: UUID, young_id: UUID, asked: Dated, caller: CurrentCaller, store: StoreDep) -> ApplicationView:
    """The immersion took place."""
    on = store.clock.day(asked.on)
    return views.application(
        await store.intakes.acting(caller).decide(intake_id, decisions.end_immersion, young_id=young_id, on=on), young_id, caller
    )


@router.post(ONE + "/admit", dependencies=[SCHOOLS])
async def admit(intake_id: UUID, young_id: UUID, asked: AdmitAsked, caller: CurrentCaller, store: StoreDep) -> ApplicationView:
    """Met, and good for a place."""
    on = store.clock.day(asked.on)
    intake = await store.intakes.acting(caller).decide(intake_id, decisions.admit, young_id=young_id, met=asked.met, on=on)
    return views.application(intake, young_id, caller)


@router.post(ONE + "/waitlist", dependencies=[SCHOOLS])
async def waitlist(intake_id: UUID, young_id: UUID, asked: Dated, caller: CurrentCaller, store: StoreDep) -> ApplicationView:
    """Put on the waiting list; an automatic intake with a free seat offers it at once."""
    on = store.clock.day(asked.on)
    await store.intakes.acting(caller).decide(intake_id, decisions.waitlist, young_id=young_id, on=on)
    return views.application(await promote(store, intake_id), young_id, caller)


@router.post(ONE + "/offer", dependencies=[SCHOOLS])
async def offer(intake_id: UUID, young_id: UUID, asked: OfferAsked, caller: CurrentCaller, store: StoreDep) -> ApplicationView:
    """Hold a seat until the end of a day."""
    on = store.clock.day(asked.on)
    intake = await store.intakes.acting(caller).decide(intake_id, decisions.offer, young_id=young_id, until=asked.until, on=on)
    return views.application(intake, young_id, caller)


@router.post(ONE + "/confirm", dependencies=[SCHOOLS_AND_AGENCIES])
async def confirm(intake_id: UUID, young_id: UUID, asked: Dated, caller: CurrentCaller, store: StoreDep) -> ApplicationView:
    """Take the offered seat: the young person becomes a pupil. 409 where another enrolment is under way."""
    await store.check_asking(caller, intake_id, young_id)
    on = store.clock.day(asked.on)
    intake = await use_cases.confirm(store, caller, intake_id=intake_id, young_id=young_id, on=on)
    return views.application(intake, young_id, caller)


@router.post(ONE + "/decline", dependencies=[SCHOOLS_AND_AGENCIES])
async def decline(intake_id: UUID, young_id: UUID, asked: Dated, caller: CurrentCaller, store: StoreDep) -> ApplicationView:
    """Say no to the offered seat."""
    await store.check_asking(caller, intake_id, young_id)
    on = store.clock.day(asked.on)
    await store.intakes.acting(caller).decide(intake_id, decisions.decline, young_id=young_id, on=on)
    return views.application(await promote(store, intake_id), young_id, caller)


@router.post(ONE + "/refuse", dependencies=[SCHOOLS])
async def refuse(intake_id: UUID, young_id: UUID, asked: RefuseAsked, caller: CurrentCaller, store: StoreDep) -> ApplicationView:
    """Answer no, with a code that the sender sees."""
    on = store.clock.day(asked.on)
    intake = await store.intakes.acting(caller).decide(intake_id, decisions.refuse, young_id=young_id, code=asked.code, on=on)
    return views.application(intake, young_id, caller)


@router.post(ONE + "/reopen", dependencies=[SCHOOLS])
async def reopen(intake_id: UUID, young_id: UUID, asked: Dated, caller: CurrentCaller, store: StoreDep) -> ApplicationView:
    """Take back a refusal or an expiry."""
    on = store.clock.day(asked.on)
    return views.application(
        await store.intakes.acting(caller).decide(intake_id, decisions.reopen, young_id=young_id, on=on), young_id, caller
    )


@router.post(ONE + "/withdraw", dependencies=[SCHOOLS_AND_AGENCIES])
async def withdraw(intake_id: UUID, young_id: UUID, asked: Dated, caller: CurrentCaller, store: StoreDep) -> ApplicationView:
    """Take the application back; an agency, for its own part: it goes on for whoever else asked for it."""
    await store.check_named(caller, intake_id, young_id)
    agency = caller.tenant if caller.kind == "agency" else None
    on = store.clock.day(asked.on)
    await store.intakes.acting(caller).decide(intake_id, decisions.withdraw, young_id=young_id, agency=agency, on=on)
    return views.application(await promote(store, intake_id), young_id, caller)


@router.post("/intakes/{intake_id}/promote", dependencies=[require("school:head", "admin")])
async def promote_first(intake_id: UUID, asked: OfferAsked, caller: CurrentCaller, store: StoreDep) -> list[ApplicationView]:
    """Offer the free seat to the first of the waiting list; answers with the intake's applications."""
    on = store.clock.day(asked.on)
    return views.applications(
        await store.intakes.acting(caller).decide(intake_id, seats.promote, until=asked.until, on=on), caller
    )
