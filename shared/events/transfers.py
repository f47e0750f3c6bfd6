"""A transfer proposed to one referral whose application was refused for want of a place: another school has seats."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.events.applications import HeardBy, SaidBy
from shared.events.event import Event
from shared.kernel.calendar import SchoolYear
from shared.kernel.identifiers import Slug
from shared.kernel.strict import Day, Published


class ProposedIntake(BaseModel):
    """Where there are seats."""

    model_config = ConfigDict(frozen=True)
    intake_id: UUID
    school: Slug
    programme: Slug
    school_year: SchoolYear
    year_of_study: Annotated[int, Field(ge=1, le=3), Published]


class TransferEvent(Event, topic="etabli.enrolment", key="young_id"):
    """`school`, `programme` and `intake_id` are where the application was refused; the referral is the one that is asked."""

    transfer_id: UUID
    young_id: UUID
    school: Slug
    programme: Slug
    intake_id: UUID
    referral_id: UUID
    agency: Slug


class _TransferAnswered(TransferEvent):
    heard_by: HeardBy | None = Field(default=None, description="Of an answer that the school recorded: how it was given.")
    said_by: SaidBy | None = Field(default=None, description="Of an answer that the school recorded: who gave it.")


class TransferProposed(TransferEvent, type="enrolment.transfer.proposed.v1"):
    """One of these may be accepted, by the end of a day."""

    intakes: tuple[ProposedIntake, ...] = Field(min_length=1, max_length=5)
    until: Day


class TransferAccepted(_TransferAnswered, type="enrolment.transfer.accepted.v1"):
    """The referral asks for an application there: `application.opened` says the rest."""

    to_intake_id: UUID


class TransferDeclined(_TransferAnswered, type="enrolment.transfer.declined.v1"):
    """None of these."""


class TransferLapsed(TransferEvent, type="enrolment.transfer.lapsed.v1"):
    """No answer is asked for any more."""
