"""Rejected messages of an agency's topic: listed and read by it alone, what they said by its manager."""

from uuid import UUID

from services.referral import views
from services.referral.api.deps import StoreDep, read_by
from services.referral.store.audit import What, Whom
from shared.kernel.errors import Forbidden
from shared.web.auth import CurrentCaller, require
from shared.web.cursor import Page, PagingDep
from shared.web.router import Router

router = Router(prefix="/rejections", tags=["orientations"], problems={Forbidden: ()})


@router.get("", dependencies=[require("agency")])
async def list_rejections(caller: CurrentCaller, store: StoreDep, paging: PagingDep) -> Page[views.RejectionResponse]:
    """The messages of the agency's topic that were not taken in, the latest first: why, and where each stood. For thirty days."""
    part = await store.rejections.part(caller.tenant, paging.asked)
    return paging.page(part, [views.show_rejection(one) for one in part.items])


@router.get("/{rejection_id}", dependencies=[require("agency")])
async def read_rejection(rejection_id: UUID, caller: CurrentCaller, store: StoreDep) -> views.RejectionResponse:
    """One of them, as `fr.etabli.outbound.referral.rejected.v1` named it."""
    return views.show_rejection(await store.rejections.get(caller.tenant, rejection_id))


@router.get("/{rejection_id}/message", dependencies=[read_by("agency:manager", what=What.MESSAGE)])
async def read_rejected_message(rejection_id: UUID, caller: CurrentCaller, store: StoreDep) -> views.RejectedMessageResponse:
    """What it said. Each read, and each refused one, is noted in the audit before."""
    async with store.audit.reading(caller, What.MESSAGE, Whom(rejection_id=rejection_id)):
        return views.show_original(rejection_id, await store.rejections.original(caller.tenant, rejection_id))
