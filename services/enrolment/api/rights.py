"""A person's file, by an administrator's hand."""

from uuid import UUID

from services.enrolment.api.deps import StoreDep
from services.enrolment.domain.files import Files
from services.enrolment.views.person_file import PersonFileResponse, held_application
from shared.kernel.errors import NotFound
from shared.web.auth import require
from shared.web.router import Router

router = Router(tags=["droits des personnes"], dependencies=[require("admin")])


@router.get("/persons/{young_id}/file")
async def export_file(young_id: UUID, store: StoreDep) -> PersonFileResponse:
    """All that this service holds of a person. 404 where that is nothing."""
    intakes, wishes = await store.intakes_of(young_id), await store.wishes_of(young_id)
    pupil, files = await store.find_pupil(young_id), await store.files.of(young_id)
    if not (intakes or wishes or pupil or files != Files()):
        raise NotFound("Cette personne")
    motives = {intake.intake_id: await store.motives.of(intake.intake_id, young_id) for intake in intakes}
    words = await store.words.of_each([young_id])
    applications = [
        held_application(intake, young_id, motives[intake.intake_id], words.get((intake.intake_id, young_id), {}))
        for intake in intakes
    ]
    return PersonFileResponse(young_id=young_id, files=files, wishes=wishes, applications=applications, pupil=pupil)
