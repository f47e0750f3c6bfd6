"""Pupils over HTTP: their school decides, and reads its own enrolments only."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.enrolment import use_cases, views
from services.enrolment.api.deps import Dated, StoreDep
from services.enrolment.domain import pupils as decisions
from services.enrolment.use_cases import Move, school_of
from services.enrolment.views import PupilView
from shared.events.students import InterruptionCode
from shared.kernel.calendar import SchoolYear
from shared.kernel.caller import Caller
from shared.web.auth import CurrentCaller, require

router = APIRouter(tags=["élèves"])
SCHOOLS = require("school:head", "school:office", "admin")


class InterruptAsked(Dated):
    code: InterruptionCode


class MoveAsked(Dated):
    intake_id: UUID


@router.get("/pupils", dependencies=[SCHOOLS])
async def of_a_school(
    caller: CurrentCaller, store: StoreDep, school_year: Annotated[SchoolYear | None, Query()] = None
) -> list[PupilView]:
    """The pupils of one's school, of one school year where it is said."""
    own = {"school": caller.tenant} if caller.kind == "school" else {}
    year = {"years.school_year": school_year} if school_year else {}
    where = {"state.enrolments": {"$elemMatch": {**own, **year}}} if own or year else {}
    return [views.pupil(place, school_of(caller)) for place in await store.places.acting(caller).find(where)]


@router.get("/pupils/{young_id}", dependencies=[SCHOOLS])
async def read(young_id: UUID, caller: CurrentCaller, store: StoreDep) -> PupilView:
    """One pupil: years, exams, outcomes."""
    return views.pupil(await store.places.acting(caller).get(young_id), school_of(caller))


@router.post("/pupils/{young_id}/start", dependencies=[SCHOOLS])
async def start(young_id: UUID, asked: Dated, caller: CurrentCaller, store: StoreDep) -> PupilView:
    """Came on the first day."""
    school, on = school_of(caller), store.clock.day(asked.on)
    return views.pupil(await store.places.acting(caller).decide(young_id, decisions.start, school=school, on=on), school)


@router.post("/pupils/{young_id}/did-not-start", dependencies=[SCHOOLS])
async def did_not_start(young_id: UUID, asked: Dated, caller: CurrentCaller, store: StoreDep) -> PupilView:
    """Never came: the seat is free again a moment later."""
    school, on = school_of(caller), store.clock.day(asked.on)
    return views.pupil(await store.places.acting(caller).decide(young_id, decisions.record_no_show, school=school, on=on), school)


@router.post("/pupils/{young_id}/interrupt", dependencies=[SCHOOLS])
async def interrupt(young_id: UUID, asked: InterruptAsked, caller: CurrentCaller, store: StoreDep) -> PupilView:
    """Left before the end: the seat is free again a moment later."""
    school, on = school_of(caller), store.clock.day(asked.on)
    place = await store.places.acting(caller).decide(young_id, decisions.interrupt, school=school, code=asked.code, on=on)
    return views.pupil(place, school)


@router.post("/pupils/{young_id}/resume", dependencies=[SCHOOLS])
async def resume(young_id: UUID, asked: Dated, caller: CurrentCaller, store: StoreDep) -> PupilView:
    """Came back, if a seat is free."""
    place = await use_cases.resume(store, caller, young_id=young_id, on=store.clock.day(asked.on))
    return views.pupil(place, school_of(caller))


@router.post("/pupils/{young_id}/complete", dependencies=[SCHOOLS])
async def complete(young_id: UUID, asked: Dated, caller: CurrentCaller, store: StoreDep) -> PupilView:
    """Went to the end of the programme."""
    school, on = school_of(caller), store.clock.day(asked.on)
    return views.pupil(await store.places.acting(caller).decide(young_id, decisions.complete, school=school, on=on), school)


@router.post("/pupils/{young_id}/move-up", dependencies=[SCHOOLS])
async def move_up(young_id: UUID, asked: MoveAsked, caller: CurrentCaller, store: StoreDep) -> PupilView:
    """Go on in the next year of study, in the intake that is named."""
    return await _move(store, caller, decisions.move_up, young_id, asked)


@router.post("/pupils/{young_id}/repeat", dependencies=[SCHOOLS])
async def repeat(young_id: UUID, asked: MoveAsked, caller: CurrentCaller, store: StoreDep) -> PupilView:
    """Do the same year of study again, in the intake that is named."""
    return await _move(store, caller, decisions.repeat, young_id, asked)


@router.post("/pupils/{young_id}/change-programme", dependencies=[SCHOOLS])
async def change_programme(young_id: UUID, asked: MoveAsked, caller: CurrentCaller, store: StoreDep) -> PupilView:
    """Go on in another programme of the school, in the intake that is named."""
    return await _move(store, caller, decisions.change_programme, young_id, asked)


async def _move(store: StoreDep, caller: Caller, decision: Move, young_id: UUID, asked: MoveAsked) -> PupilView:
    on = store.clock.day(asked.on)
    place = await use_cases.move(store, caller, decision, young_id=young_id, intake_id=asked.intake_id, on=on)
    return views.pupil(place, school_of(caller))
