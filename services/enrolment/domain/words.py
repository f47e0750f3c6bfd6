"""What a school writes about meeting somebody, which no event carries: where, with whom, and a note for itself."""

from pydantic import BaseModel, ConfigDict

from services.enrolment.domain.application import Contact, Standing
from shared.events.applications import ApplicationStatus

INTERVIEW, IMMERSION = "interview", "immersion"
ABOUT = {ApplicationStatus.INTERVIEW_PLANNED: INTERVIEW, ApplicationStatus.IMMERSION_PLANNED: IMMERSION}
PLAN = ("status", "planned_on", "planned_from", "planned_until", "at")


class Said(BaseModel):
    """Of a meeting: where it is, and who receives. Of an attempt to reach somebody: a note, which the school alone reads."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)
    place: str | None = None
    person: str | None = None
    note: str | None = None


def about_contact(contact: Contact) -> str:
    """What the note of an attempt is kept under: its moment and means, by which it is one attempt."""
    return f"contact {contact.on} {contact.at or ''} {contact.means}"


def is_told(application: Standing, shown: Standing) -> bool:
    """Whether who is shown a standing knows of the very meeting that the application has planned now."""
    return shown.status in ABOUT and all(getattr(application, field) == getattr(shown, field) for field in PLAN)
