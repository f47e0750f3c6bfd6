"""A person's file, by an administrator's hand."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import BaseModel

from services.production.api.deps import StoreDep
from services.production.domain.told import PupilRow
from services.production.domain.weeks import WorkedWeek
from shared.kernel.errors import NotFound
from shared.web.auth import require
from shared.web.router import Router

router = Router(tags=["droits des personnes"], dependencies=[require("admin")])


class PersonFileResponse(BaseModel):
    """The enrolments that production heard of, and the hours of each week."""

    young_id: UUID
    enrolments: Sequence[PupilRow]
    weeks: Sequence[WorkedWeek]


@router.get("/persons/{young_id}/file")
async def export_file(young_id: UUID, store: StoreDep) -> PersonFileResponse:
    """All that this service holds of a person. 404 where that is nothing."""
    enrolments, weeks = await store.pupils.held_of(young_id), await store.weeks_of(young_id)
    if not (enrolments or weeks):
        raise NotFound("Cette personne")
    return PersonFileResponse(young_id=young_id, enrolments=enrolments, weeks=weeks)
