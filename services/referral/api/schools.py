"""The schools of the catalogue and what they teach: what a wish may name."""

from services.referral.api.deps import StoreDep
from shared.persistence.keyset import part_of
from shared.web.cursor import Page, PagingDep
from shared.web.names import ListedSchoolResponse, Names
from shared.web.router import Router

router = Router(tags=["écoles"])


@router.get("/schools")
async def list_schools(store: StoreDep, paging: PagingDep) -> Page[ListedSchoolResponse]:
    """Every school that may be wished for, by id, with its programmes; a moment after enrolment registered them."""
    part = part_of(Names(await store.catalogue.every_school()).every_school(), lambda school: [school.id], paging.asked)
    return paging.page(part, part.items)
