"""Agencies: registered by an administrator, listed by anyone signed in."""

from services.referral.api.deps import StoreDep
from services.referral.api.schemas import AgencyRequest
from services.referral.domain.agency import register
from services.referral.views import AgencyResponse
from shared.kernel.errors import Refused
from shared.kernel.identifiers import Slug
from shared.web.auth import CurrentCaller, require
from shared.web.cursor import Page, PagingDep
from shared.web.router import Router

router = Router(tags=["organismes"], problems={Refused: ("id_taken",)})


@router.put("/agencies/{agency}", dependencies=[require("admin")])
async def register_agency(agency: Slug, body: AgencyRequest, caller: CurrentCaller, store: StoreDep) -> AgencyResponse:
    """Let an organisation refer. The same facts again change nothing; other facts replace them. No school has its id."""
    is_school = bool(await store.catalogue.schools([agency]))
    registered = await store.agencies.acting(caller).create(
        agency, register, id=agency, kind=body.kind, name=body.name, department=body.department, on=store.clock.day(body.on),
        is_school=is_school,
    )  # fmt: skip
    return AgencyResponse(**dict(registered))


@router.get("/agencies")
async def list_agencies(store: StoreDep, paging: PagingDep) -> Page[AgencyResponse]:
    """Every agency, by id."""
    part = await store.agencies_listed(paging.asked)
    return paging.page(part, [AgencyResponse(**dict(agency)) for agency in part.items])
