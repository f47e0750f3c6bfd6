"""All that enrolment holds of one person, for whoever asks for their own file."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from pydantic import BaseModel

from services.enrolment.domain.application import Application
from services.enrolment.domain.files import Files
from services.enrolment.domain.intake import Intake
from services.enrolment.domain.pupil import Pupil
from services.enrolment.domain.wishes import Wishes
from services.enrolment.domain.words import Said
from shared.kernel.identifiers import Slug


class HeldApplication(BaseModel):
    """An application as its intake keeps it, with the school's own words: why it set ineligibility aside, about meeting them."""

    intake_id: UUID
    school: Slug
    programme: Slug
    application: Application
    motive: str | None
    words: Mapping[str, Said]


class PersonFileResponse(BaseModel):
    """Their birth month, the referrals that were answered, their applications, and their years as a pupil."""

    young_id: UUID
    files: Files
    wishes: Sequence[Wishes]
    applications: Sequence[HeldApplication]
    pupil: Pupil | None


def held_application(intake: Intake, young_id: UUID, motive: str | None, words: Mapping[str, Said]) -> HeldApplication:
    """One application, as it is kept."""
    application = intake.application(young_id)
    return HeldApplication(
        intake_id=intake.intake_id, school=intake.school, programme=intake.programme, application=application, motive=motive,
        words=words,
    )  # fmt: skip
