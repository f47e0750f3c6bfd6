"""An interrupted minor handed back, as their school and who referred them read it."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from services.enrolment import labels
from services.enrolment.domain.hand_backs import HandBack, HandBackStatus
from shared.events.hand_backs import AcknowledgedBy
from shared.web.names import Names, OrganisationResponse, ProgrammeResponse, SchoolResponse


class HandBackResponse(BaseModel):
    """Whom, by which school, to which agency (none: an administrator finds who takes over), and by when to take note of it."""

    hand_back_id: UUID
    young_id: UUID
    school: SchoolResponse
    programme: ProgrammeResponse
    agency: OrganisationResponse | None
    interrupted_on: date
    handed_on: date
    due_on: date
    late: bool
    status: HandBackStatus
    label: str
    since: date
    by: AcknowledgedBy | None


def hand_back(known: HandBack, names: Names, *, today: date) -> HandBackResponse:
    """One handing back, on a day."""
    return HandBackResponse(
        **known.model_dump(exclude={"school", "programme", "agency", "enrolment_id", "because"}),
        school=names.school(known.school), programme=names.programme(known.school, known.programme),
        agency=names.agency(known.agency) if known.agency else None,
        late=known.late_on(today), label=labels.HAND_BACK.statuses[known.status],
    )  # fmt: skip
