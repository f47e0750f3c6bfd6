"""Places held twice by one person, for an administrator: a merge cancels nothing."""

from uuid import UUID

from pydantic import BaseModel

from services.enrolment.api.deps import StoreDep
from services.enrolment.use_cases import persons
from services.enrolment.use_cases.persons import HeldPlace
from shared.persistence.keyset import part_of
from shared.web.auth import require
from shared.web.cursor import Page, PagingDep
from shared.web.router import Router

router = Router(tags=["personnes"], dependencies=[require("admin")])


class ConflictResponse(BaseModel):
    """One person, who holds seats under several `young_id`."""

    young_ids: list[UUID]
    places: list[HeldPlace]


@router.get("/conflicts")
async def list_conflicts(store: StoreDep, paging: PagingDep) -> Page[ConflictResponse]:
    """Each person who holds more than one seat because two dossiers turned out to be theirs; their schools end one."""
    shown = [
        ConflictResponse(young_ids=sorted({place.young_id for place in places}), places=list(places))
        for places in await persons.conflicts(store)
    ]
    part = part_of(shown, lambda conflict: [str(conflict.young_ids[0])], paging.asked)
    return paging.page(part, part.items)
