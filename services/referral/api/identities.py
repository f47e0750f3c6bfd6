"""Identities, for the schools that have an application; and the probable matches, for an administrator, without any."""

from uuid import UUID

from services.referral import use_cases, views
from services.referral.api.deps import StoreDep
from shared.web.auth import CurrentCaller, require
from shared.web.names import Names
from shared.web.router import Router

router = Router(tags=["identités"])


@router.get("/identities/{young_id}", dependencies=[require("school")])
async def read_identity(young_id: UUID, caller: CurrentCaller, store: StoreDep) -> views.IdentityResponse | views.NamesResponse:
    """Who an applicant of the caller's school is, in the words of each referral that reached it. Each read is in the audit."""
    journey = await use_cases.applicant(store, caller, young_id)
    names = Names(agencies={agency.agency: agency.name for agency in await store.all_agencies()})
    return views.show_identity(caller, young_id, journey, await store.vault.read_for_a_school(caller, young_id), names)


@router.get("/matches", dependencies=[require("admin")])
async def list_matches(store: StoreDep) -> list[views.MatchResponse]:
    """Young persons who are probably the same, for someone to decide. Ids only."""
    return [views.MatchResponse(**dict(match)) for match in await store.vault.probable_matches()]
