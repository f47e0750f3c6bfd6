"""A person's rights, by an administrator's hand: their file, and who read it."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel

from services.referral import views
from services.referral.api.deps import StoreDep, read_by
from services.referral.store.audit import AuditEntry, What, Whom
from shared.kernel.errors import Forbidden
from shared.kernel.strict import IN_ADDRESS
from shared.web.auth import CurrentCaller, require
from shared.web.router import Router

router = Router(tags=["droits des personnes"], problems={Forbidden: ()})
MOST = 200


class AuditPageResponse(BaseModel):
    """Readings of identities and refusals, the latest first; `next` is the `before` of the following page, if there is one."""

    items: list[AuditEntry]
    next: str | None


@router.get("/persons/{young_id}/file", dependencies=[read_by("admin")])
async def export_file(young_id: UUID, caller: CurrentCaller, store: StoreDep) -> views.PersonFileResponse:
    """All that this service holds of a person. Noted in the audit as any other reading."""
    async with store.audit.reading(caller, What.FILE, Whom(young_id)):
        sent = await store.vault.sent_of(young_id)
        referrals, journey = await store.referrals_of(young_id), await store.journeys.of(young_id)
        return views.show_file(young_id, sent, referrals, journey, await store.audit.latest(young_id=young_id))


@router.get("/admin/audit", dependencies=[require("admin")])
async def list_audit(
    store: StoreDep,
    young_id: UUID | None = None,
    organisation: Annotated[str | None, Query(max_length=200)] = None,
    before: Annotated[str | None, Query(max_length=80)] = None,
    limit: Annotated[int, Query(ge=1, le=MOST), IN_ADDRESS] = 50,
) -> AuditPageResponse:
    """Who read whose identity, and who asked in vain. Ids only."""
    found = await store.audit.latest(young_id=young_id, organisation=organisation, before=before, limit=limit + 1)
    items = found[:limit]
    return AuditPageResponse(items=items, next=items[-1].id if len(found) > limit else None)
