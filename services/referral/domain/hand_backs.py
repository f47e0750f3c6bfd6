"""An interrupted minor handed back to an agency, as enrolment tells it: by when to take note, and when it was."""

from datetime import date
from typing import assert_never
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.events.hand_backs import HandBackAcknowledged, HandBackEnded, StudentHandedBack
from shared.kernel.identifiers import Slug

HandBackEvent = StudentHandedBack | HandBackAcknowledged | HandBackEnded


class HandBackHistory(BaseModel):
    """One handing back; shown while there is something to acknowledge, or that was."""

    model_config = ConfigDict(frozen=True)
    hand_back_id: UUID
    enrolment_id: UUID
    agency: Slug | None = None
    handed_on: date | None = None
    due_on: date | None = None
    acknowledged_on: date | None = None
    ended: bool = False


def handed(known: HandBackHistory | None, event: HandBackEvent) -> HandBackHistory:
    """The handing back after an event."""
    about = HandBackHistory(**event.model_dump(include={"hand_back_id", "enrolment_id", "agency"}))
    match event:
        case StudentHandedBack():
            return about.model_copy(update={"handed_on": event.on, "due_on": event.due_on})
        case HandBackAcknowledged():
            return (known or about).model_copy(update={"acknowledged_on": event.on})
        case HandBackEnded():
            return (known or about).model_copy(update={"ended": True})
        case _:
            assert_never(event)
