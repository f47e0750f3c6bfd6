"""Pupils over HTTP: their school decides, and reads its own enrolments only."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.enrolment import use_cases
from services.enrolment.api import shown
from services.enrolment.api.deps import StoreDep
from services.enrolment.api.schemas import InterruptRequest, MoveRequest
from services.enrolment.domain import giving_up
from services.enrolment.domain import pupils as decisions
from services.enrolment.domain.statuses import ENROLMENT, SCHOOL, E
from services.enrolment.domain.visibility import school_of
from services.enrolment.store import lists
from services.enrolment.use_cases import Move, admission
from services.enrolment.views import PupilResponse
from shared.kernel.calendar import SchoolYear
from shared.kernel.caller import Caller
from shared.kernel.errors import Refused, Unavailable
from shared.web.auth import CurrentCaller, may, require
from shared.web.bodies import DatedBody
from shared.web.cursor import Page, PagingDep
from shared.web.router import Router

REFUSALS = (
    "after_start", "already_enrolled", "before_previous_step", "before_start", "no_place", "not_allowed", "not_eligible",
    "not_last_year", "wrong_intake", "erased",
)  # fmt: skip
router = Router(tags=["élèves"], problems={Refused: REFUSALS, Unavailable: ("still_leaving",)})
SCHOOLS = require(*SCHOOL)


@router.get("/pupils", dependencies=[SCHOOLS])
async def list_pupils(
    caller: CurrentCaller, store: StoreDep, paging: PagingDep, school_year: Annotated[SchoolYear | None, Query()] = None
) -> Page[PupilResponse]:
    """The pupils of one's school, of one school year where it is said."""
    part = await lists.pupils(store, caller, paging.asked, school_year=school_year)
    return paging.page(part, await shown.pupils(store, caller, part.items))


@router.get("/pupils/{young_id}", dependencies=[SCHOOLS])
async def read_pupil(young_id: UUID, caller: CurrentCaller, store: StoreDep) -> PupilResponse:
    """One pupil: years, exams, outcomes."""
    return await shown.pupil(store, caller, await store.pupils.acting(caller).get(young_id))


@router.post("/pupils/{young_id}/start", dependencies=[may(ENROLMENT, E.START)])
async def start_pupil(young_id: UUID, body: DatedBody, caller: CurrentCaller, store: StoreDep) -> PupilResponse:
    """Came on the first day."""
    school, on = school_of(caller), store.clock.day(body.on)
    pupil = await store.pupils.acting(caller).decide(young_id, decisions.start, school=school, on=on)
    return await shown.pupil(store, caller, pupil)


@router.post("/pupils/{young_id}/did-not-start", dependencies=[may(ENROLMENT, E.RECORD_NO_SHOW)])
async def record_no_show(young_id: UUID, body: DatedBody, caller: CurrentCaller, store: StoreDep) -> PupilResponse:
    """Never came: the seat is free again a moment later."""
    school, on = school_of(caller), store.clock.day(body.on)
    pupil = await store.pupils.acting(caller).decide(young_id, decisions.record_no_show, school=school, on=on)
    return await shown.pupil(store, caller, pupil)


@router.post("/pupils/{young_id}/give-up", dependencies=[may(ENROLMENT, E.GIVE_UP)])
async def give_up(young_id: UUID, body: DatedBody, caller: CurrentCaller, store: StoreDep) -> PupilResponse:
    """Gives the place up before the day of entry (« désistement »): it is free again a moment later, and may be reopened."""
    school, on = school_of(caller), store.clock.day(body.on)
    pupil = await store.pupils.acting(caller).decide(young_id, giving_up.give_up, school=school, on=on)
    return await shown.pupil(store, caller, pupil)


@router.post("/pupils/{young_id}/interrupt", dependencies=[may(ENROLMENT, E.INTERRUPT)])
async def interrupt_pupil(young_id: UUID, body: InterruptRequest, caller: CurrentCaller, store: StoreDep) -> PupilResponse:
    """Left before the end: the seat is free again a moment later."""
    school, on = school_of(caller), store.clock.day(body.on)
    pupil = await store.pupils.acting(caller).decide(young_id, decisions.interrupt, school=school, code=body.code, on=on)
    return await shown.pupil(store, caller, pupil)


@router.post("/pupils/{young_id}/resume", dependencies=[may(ENROLMENT, E.RESUME)])
async def resume_pupil(young_id: UUID, body: DatedBody, caller: CurrentCaller, store: StoreDep) -> PupilResponse:
    """Came back, if a seat is free."""
    pupil = await use_cases.resume(store, caller, young_id=young_id, on=store.clock.day(body.on))
    return await shown.pupil(store, caller, pupil)


@router.post("/pupils/{young_id}/complete", dependencies=[may(ENROLMENT, E.COMPLETE)])
async def complete_pupil(young_id: UUID, body: DatedBody, caller: CurrentCaller, store: StoreDep) -> PupilResponse:
    """Went to the end of the programme."""
    school, on = school_of(caller), store.clock.day(body.on)
    pupil = await store.pupils.acting(caller).decide(young_id, decisions.complete, school=school, on=on)
    return await shown.pupil(store, caller, pupil)


@router.post("/pupils/{young_id}/move-up", dependencies=[may(ENROLMENT, E.MOVE_UP)])
async def move_up(young_id: UUID, body: MoveRequest, caller: CurrentCaller, store: StoreDep) -> PupilResponse:
    """Go on in the next year of study, in the intake that is named."""
    return await _move(store, caller, decisions.move_up, young_id, body)


@router.post("/pupils/{young_id}/repeat", dependencies=[may(ENROLMENT, E.REPEAT)])
async def repeat_year(young_id: UUID, body: MoveRequest, caller: CurrentCaller, store: StoreDep) -> PupilResponse:
    """Do the same year of study again, in the intake that is named."""
    return await _move(store, caller, decisions.repeat, young_id, body)


@router.post("/pupils/{young_id}/change-programme", dependencies=[may(ENROLMENT, E.CHANGE_PROGRAMME)])
async def change_programme(young_id: UUID, body: MoveRequest, caller: CurrentCaller, store: StoreDep) -> PupilResponse:
    """Go on in another programme of the school, in the intake that is named."""
    return await _move(store, caller, decisions.change_programme, young_id, body)


@router.post("/pupils/{young_id}/continue", dependencies=[may(ENROLMENT, E.CONTINUE)])
async def continue_pupil(young_id: UUID, body: MoveRequest, caller: CurrentCaller, store: StoreDep) -> PupilResponse:
    """After a programme completed, enter another of the school: a seat is taken and a new enrolment begins."""
    on = store.clock.day(body.on)
    pupil = await admission.continue_pupil(store, caller, young_id=young_id, intake_id=body.intake_id, on=on)
    return await shown.pupil(store, caller, pupil)


async def _move(store: StoreDep, caller: Caller, decision: Move, young_id: UUID, body: MoveRequest) -> PupilResponse:
    on = store.clock.day(body.on)
    pupil = await use_cases.move(store, caller, decision, young_id=young_id, intake_id=body.intake_id, on=on)
    return await shown.pupil(store, caller, pupil)
