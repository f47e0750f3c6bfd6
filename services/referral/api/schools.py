"""The schools of the catalogue and what they teach: what a wish may name."""

from services.referral.api.deps import StoreDep
from shared.web.auth import CurrentCaller
from shared.web.names import ListedSchoolResponse, Names
from shared.web.router import Router

router = Router(tags=["écoles"])


@router.get("/schools")
async def list_schools(_caller: CurrentCaller, store: StoreDep) -> list[ListedSchoolResponse]:
    """Every school that may be wished for, by id, with its programmes; a moment after enrolment registered them."""
    return Names(await store.catalogue.every_school()).every_school()
