"""An interrupted minor handed back to who referred them, published by enrolment: to acknowledge within eight days."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from shared.events.event import Event
from shared.kernel.identifiers import Slug
from shared.kernel.strict import Day


class AcknowledgedBy(StrEnum):
    """Who took note that a minor is theirs again."""

    AGENCY = "agency"
    ADMINISTRATOR = "administrator"
    """In the place of an agency that is gone, or where none may be told."""


class HandBackEnd(StrEnum):
    """Why there is nothing left to acknowledge."""

    RESUMED = "resumed"
    CORRECTED = "corrected"
    """They were not interrupted, after all."""
    ERASED = "erased"


class HandBackEvent(Event, topic="etabli.enrolment", key="young_id"):
    hand_back_id: UUID
    enrolment_id: UUID
    young_id: UUID
    school: Slug
    programme: Slug
    agency: Slug | None = Field(default=None, description="None where no agency that referred them may be told of it.")


class StudentHandedBack(HandBackEvent, type="enrolment.student.handed_back.v1"):
    """Interrupted as a minor: who referred them takes note by the end of `due_on`, eight days after it was told."""

    interrupted_on: Day
    due_on: Day


class HandBackAcknowledged(HandBackEvent, type="enrolment.student.hand_back_acknowledged.v1"):
    by: AcknowledgedBy


class HandBackEnded(HandBackEvent, type="enrolment.student.hand_back_ended.v1"):
    """Nothing is left to acknowledge."""

    because: HandBackEnd
