"""Agencies: registered by an administrator, listed by anyone signed in."""

from datetime import date

from pydantic import BaseModel, ConfigDict

from services.referral.api.deps import StoreDep, Text
from services.referral.domain.agency import Agency, register
from shared.events.referral import AgencyKind
from shared.kernel.identifiers import Department, Slug
from shared.web.auth import CurrentCaller, require
from shared.web.router import Router

router = Router(tags=["organismes"])


class AgencyRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: AgencyKind
    name: Text
    department: Department
    on: date | None = None


@router.put("/agencies/{agency}", dependencies=[require("admin")])
async def register_agency(agency: Slug, body: AgencyRequest, caller: CurrentCaller, store: StoreDep) -> Agency:
    """Let an organisation refer. The same facts again change nothing; other facts replace them."""
    on = store.clock.day(body.on)
    return await store.agencies.acting(caller).create(
        agency, register, id=agency, kind=body.kind, name=body.name, department=body.department, on=on
    )


@router.get("/agencies")
async def list_agencies(caller: CurrentCaller, store: StoreDep) -> list[Agency]:
    """Every agency, by id."""
    return await store.agencies.acting(caller).find({})
