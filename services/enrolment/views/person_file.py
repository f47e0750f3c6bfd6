"""All that enrolment holds of one person, for whoever asks for their own file."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import BaseModel

from services.enrolment.domain.application import Application
from services.enrolment.domain.files import Files
from services.enrolment.domain.intake import Intake
from services.enrolment.domain.pupil import Pupil
from services.enrolment.domain.wishes import Wishes
from shared.kernel.identifiers import Slug


class HeldApplication(BaseModel):
    """An application as its intake keeps it, with the school's own words where it set ineligibility aside."""

    intake_id: UUID
    school: Slug
    programme: Slug
    application: Application
    motive: str | None


class PersonFileResponse(BaseModel):
    """Their birth month, the referrals that were answered, their applications, and their years as a pupil."""

    young_id: UUID
    files: Files
    wishes: Sequence[Wishes]
    applications: Sequence[HeldApplication]
    pupil: Pupil | None


def held_application(intake: Intake, young_id: UUID, motive: str | None) -> HeldApplication:
    """One application, as it is kept."""
    application = intake.application(young_id)
    return HeldApplication(
        intake_id=intake.intake_id, school=intake.school, programme=intake.programme, application=application, motive=motive
    )
