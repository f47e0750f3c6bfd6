"""Applications over HTTP: each verb is one decision, and answers with the application as it now is."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.enrolment import use_cases
from services.enrolment.api import shown
from services.enrolment.api.deps import StoreDep
from services.enrolment.api.schemas import (
    AdmitRequest,
    OfferRequest,
    RefuseRequest,
    ReviewRequest,
)
from services.enrolment.domain import applications as decisions
from services.enrolment.domain import places, withdrawals
from services.enrolment.domain.statuses import APPLICATION, SCHOOL, A
from services.enrolment.domain.visibility import agency_of, sees_what_others_make
from services.enrolment.store import lists
from services.enrolment.use_cases import transferring
from services.enrolment.views import ApplicationResponse
from shared.events.applications import ApplicationStatus
from shared.kernel.calendar import SchoolYear
from shared.kernel.errors import Refused, Unavailable
from shared.web.auth import CurrentCaller, may, require
from shared.web.bodies import DatedBody
from shared.web.cursor import Page, PagingDep
from shared.web.router import Router

REFUSALS = (
    "already_enrolled", "answered_at_school", "before_immersion", "before_previous_step", "intake_closed",
    "no_place", "not_allowed", "not_attended", "not_eligible", "offer_expired", "referral_incomplete", "too_few_attempts",
    "until_before",
    "withdrawn_by_you", "erased",
)  # fmt: skip
router = Router(
    tags=["candidatures"],
    problems={
        Refused: REFUSALS,
        Unavailable: ("not_heard_yet", "still_leaving"),
    },
)
SCHOOLS = require(*SCHOOL)
SCHOOLS_AND_AGENCIES = require(*SCHOOL, "agency")
ONE = "/intakes/{intake_id}/applications/{young_id}"


@router.get("/intakes/{intake_id}/applications", dependencies=[SCHOOLS])
async def list_applications_to_intake(
    intake_id: UUID, caller: CurrentCaller, store: StoreDep, paging: PagingDep
) -> Page[ApplicationResponse]:
    """Every application to an intake of one's school, in the order in which they came."""
    part = lists.applications_to(await store.intakes.acting(caller).get(intake_id), caller, paging.asked)
    return paging.page(part, await shown.applications(store, caller, part.items))


@router.get("/applications", dependencies=[SCHOOLS_AND_AGENCIES])
async def list_applications(
    caller: CurrentCaller,
    store: StoreDep,
    paging: PagingDep,
    status: Annotated[ApplicationStatus | None, Query()] = None,
    school_year: Annotated[SchoolYear | None, Query()] = None,
) -> Page[ApplicationResponse]:
    """A school's own applications; for an agency, those that it referred."""
    part = await lists.applications(store, caller, paging.asked, school_year=school_year, status=status)
    return paging.page(part, await shown.applications(store, caller, part.items))


@router.get(ONE, dependencies=[SCHOOLS_AND_AGENCIES])
async def read_application(intake_id: UUID, young_id: UUID, caller: CurrentCaller, store: StoreDep) -> ApplicationResponse:
    """One application; its school also reads the motive of a dispensation."""
    intake = await use_cases.application_named(store, caller, intake_id=intake_id, young_id=young_id)
    motive = await store.motives.of(intake_id, young_id) if sees_what_others_make(caller) else None
    return await shown.application(store, caller, intake, young_id, motive)


@router.post(ONE + "/review", dependencies=[may(APPLICATION, A.REVIEW)])
async def review_application(
    intake_id: UUID, young_id: UUID, body: ReviewRequest, caller: CurrentCaller, store: StoreDep
) -> ApplicationResponse:
    """Examine; an ineligible application only by a dispensation, with its motive."""
    on = store.clock.day(body.on)
    if body.overridden and body.motive:
        await use_cases.override(store, caller, intake_id=intake_id, young_id=young_id, motive=body.motive, on=on)
        return await read_application(intake_id, young_id, caller, store)
    intake = await store.intakes.acting(caller).decide(intake_id, decisions.review, young_id=young_id, overridden=False, on=on)
    return await shown.application(store, caller, intake, young_id)


@router.post(ONE + "/admit", dependencies=[may(APPLICATION, A.ADMIT)])
async def admit_applicant(
    intake_id: UUID, young_id: UUID, body: AdmitRequest, caller: CurrentCaller, store: StoreDep
) -> ApplicationResponse:
    """Met, and good for a place."""
    on = store.clock.day(body.on)
    intake = await store.intakes.acting(caller).decide(intake_id, decisions.admit, young_id=young_id, met=body.met, on=on)
    return await shown.application(store, caller, intake, young_id)


@router.post(ONE + "/waitlist", dependencies=[may(APPLICATION, A.WAITLIST)])
async def waitlist_applicant(
    intake_id: UUID, young_id: UUID, body: DatedBody, caller: CurrentCaller, store: StoreDep
) -> ApplicationResponse:
    """Put on the waiting list; an automatic intake with a free seat offers it at once."""
    on = store.clock.day(body.on)
    intake = await store.intakes.acting(caller).decide(intake_id, decisions.waitlist, young_id=young_id, on=on)
    return await shown.application(store, caller, intake, young_id)


@router.post(ONE + "/offer", dependencies=[may(APPLICATION, A.OFFER)])
async def offer_place(
    intake_id: UUID, young_id: UUID, body: OfferRequest, caller: CurrentCaller, store: StoreDep
) -> ApplicationResponse:
    """Hold a seat until the end of a day, or for as long as the intake says."""
    on = store.clock.day(body.on)
    intake = await store.intakes.acting(caller).decide(
        intake_id, places.offer, young_id=young_id, until=body.until, at_school=body.at_school, on=on, today=store.clock.today()
    )
    return await shown.application(store, caller, intake, young_id)


@router.post(ONE + "/refuse", dependencies=[may(APPLICATION, A.REFUSE)])
async def refuse_application(
    intake_id: UUID, young_id: UUID, body: RefuseRequest, caller: CurrentCaller, store: StoreDep
) -> ApplicationResponse:
    """Answer no, with a code that the sender sees; for want of a place, those of other schools are proposed."""
    on = store.clock.day(body.on)
    intake = await transferring.refuse(
        store, caller, decisions.refuse, intake_id=intake_id, young_id=young_id, code=body.code, on=on
    )
    return await shown.application(store, caller, intake, young_id)


@router.post(ONE + "/reopen", dependencies=[may(APPLICATION, A.REOPEN)])
async def reopen_application(
    intake_id: UUID, young_id: UUID, body: DatedBody, caller: CurrentCaller, store: StoreDep
) -> ApplicationResponse:
    """Take back a refusal, an expiry, or what a declined place had ended."""
    on = store.clock.day(body.on)
    intake = await store.intakes.acting(caller).decide(intake_id, decisions.reopen, young_id=young_id, on=on)
    return await shown.application(store, caller, intake, young_id)


@router.post(ONE + "/withdraw", dependencies=[may(APPLICATION, A.WITHDRAW)])
async def withdraw_application(
    intake_id: UUID, young_id: UUID, body: DatedBody, caller: CurrentCaller, store: StoreDep
) -> ApplicationResponse:
    """Take the application back; an agency, for its own part: it goes on for whoever else asked for it."""
    agency, on = agency_of(caller), store.clock.day(body.on)
    intake = await store.intakes.acting(caller).decide(intake_id, withdrawals.withdraw, young_id=young_id, agency=agency, on=on)
    return await shown.application(store, caller, intake, young_id)


@router.post("/intakes/{intake_id}/promote", dependencies=[require("school:head", "admin")])
async def promote_first_waiting(
    intake_id: UUID, body: OfferRequest, caller: CurrentCaller, store: StoreDep
) -> list[ApplicationResponse]:
    """Offer the free seat to the first of the waiting list; answers with the intake's applications."""
    on = store.clock.day(body.on)
    intake = await store.intakes.acting(caller).decide(
        intake_id, places.promote, until=body.until, at_school=body.at_school, on=on, today=store.clock.today()
    )
    return await shown.applications_to(store, caller, intake)
