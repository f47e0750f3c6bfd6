"""A person's rights, by an administrator's hand: their file, and who read it."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.referral import views
from services.referral.api.deps import StoreDep, read_by
from services.referral.store.audit import AuditEntry, What, Whom
from shared.kernel.errors import Forbidden
from shared.web.auth import CurrentCaller, require
from shared.web.cursor import Page, PagingDep
from shared.web.router import Router

router = Router(tags=["droits des personnes"], problems={Forbidden: ()})


@router.get("/persons/{young_id}/file", dependencies=[read_by("admin")])
async def export_file(young_id: UUID, caller: CurrentCaller, store: StoreDep) -> views.PersonFileResponse:
    """All that this service holds of a person. Noted in the audit as any other reading."""
    async with store.audit.reading(caller, What.FILE, Whom(young_id)):
        sent = await store.vault.sent_of(young_id)
        referrals, journey = await store.referrals_of(young_id), await store.journeys.of(young_id)
        others = await store.records.of_one_person(young_id) - {young_id}
        return views.show_file(young_id, others, sent, referrals, journey, await store.audit.about(young_id))


@router.get("/admin/audit", dependencies=[require("admin")])
async def list_audit(
    store: StoreDep,
    paging: PagingDep,
    young_id: UUID | None = None,
    organisation: Annotated[str | None, Query(max_length=200)] = None,
) -> Page[AuditEntry]:
    """Who read whose identity, and who asked in vain, the latest first. Ids only."""
    part = await store.audit.part(paging.asked, young_id=young_id, organisation=organisation)
    return paging.page(part, part.items)
