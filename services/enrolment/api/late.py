"""What is late, over HTTP: what a school has to do, and which schools an agency waits for."""

from typing import Annotated

from fastapi import Query

from services.enrolment.api import shown
from services.enrolment.api.deps import StoreDep
from services.enrolment.domain.statuses import SCHOOL
from services.enrolment.store import lists
from services.enrolment.views import AwaitedResponse, LateResponse
from shared.web.auth import CurrentCaller, require
from shared.web.cursor import Page, PagingDep
from shared.web.router import Router

router = Router(tags=["délais"])


@router.get("/applications/late", dependencies=[require(*SCHOOL)])
async def list_late(caller: CurrentCaller, store: StoreDep, paging: PagingDep) -> Page[LateResponse]:
    """« En retard »: what a school has yet to answer or to conclude, the oldest first, with what it may do of each."""
    part = await lists.late(store, caller, paging.asked)
    return paging.page(part, await shown.late(store, caller, part.items))


@router.get("/applications/awaited", dependencies=[require("agency")])
async def list_awaited(
    caller: CurrentCaller,
    store: StoreDep,
    paging: PagingDep,
    late: Annotated[bool | None, Query(description="Celles seules dont l’école tarde, ou celles dont elle ne tarde pas.")] = None,
) -> Page[AwaitedResponse]:
    """« Qui tarde à répondre »: the agency’s referrals that wait for a school, the oldest first."""
    part = await lists.awaited(store, caller, paging.asked, late=late)
    return paging.page(part, await shown.awaited(store, part.items))
