"""Interrupted minors handed back, over HTTP: listed for their school and for who referred them, who takes note of it."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.enrolment.api import shown
from services.enrolment.api.deps import StoreDep
from services.enrolment.domain.hand_backs import HAND_BACK, HandBackAction, Listed, acknowledge
from services.enrolment.domain.statuses import SCHOOL
from services.enrolment.domain.visibility import agency_of
from services.enrolment.store import lists
from services.enrolment.views.hand_backs import HandBackResponse
from shared.kernel.errors import Refused
from shared.web.auth import CurrentCaller, may, require
from shared.web.bodies import DatedBody
from shared.web.cursor import Page, PagingDep
from shared.web.router import Router

router = Router(tags=["élèves"], problems={Refused: ("before_previous_step", "not_allowed")})


@router.get("/hand-backs", dependencies=[require(*SCHOOL, "agency")])
async def list_hand_backs(
    caller: CurrentCaller,
    store: StoreDep,
    paging: PagingDep,
    status: Annotated[Listed | None, Query(description="« late » : ce que personne n’a accusé dans les huit jours.")] = None,
) -> Page[HandBackResponse]:
    """A school's interrupted minors, or those handed back to an agency: what is due first, first."""
    part = await lists.hand_backs(store, caller, paging.asked, listed=status)
    return paging.page(part, await shown.hand_backs(store, part.items))


@router.post("/hand-backs/{hand_back_id}/acknowledge", dependencies=[may(HAND_BACK, HandBackAction.ACKNOWLEDGE)])
async def acknowledge_hand_back(hand_back_id: UUID, body: DatedBody, caller: CurrentCaller, store: StoreDep) -> HandBackResponse:
    """Take note that this minor is to be followed again; an administrator does so for an agency that is gone, or for none."""
    on = store.clock.day(body.on)
    known = await store.hand_backs.acting(caller).decide(hand_back_id, acknowledge, agency=agency_of(caller), on=on)
    return (await shown.hand_backs(store, [known]))[0]
