"""A transfer proposed to one referral, as enrolment tells it: other schools that have seats, and what was answered."""

from datetime import date
from enum import StrEnum
from typing import assert_never
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.events.transfers import ProposedIntake, TransferAccepted, TransferDeclined, TransferLapsed, TransferProposed

TransferEvent = TransferProposed | TransferAccepted | TransferDeclined | TransferLapsed


class TransferStatus(StrEnum):
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"


class TransferHistory(BaseModel):
    """Of one referral and the intake that refused it, as it stands."""

    model_config = ConfigDict(frozen=True)
    transfer_id: UUID
    referral_id: UUID
    intake_id: UUID
    intakes: tuple[ProposedIntake, ...] = ()
    until: date | None = None
    status: TransferStatus = TransferStatus.PROPOSED
    since: date
    to_intake_id: UUID | None = None


def transferred(known: TransferHistory | None, event: TransferEvent) -> TransferHistory:
    """The transfer after an event."""
    about = TransferHistory(**event.model_dump(include={"transfer_id", "referral_id", "intake_id"}), since=event.on)
    match event:
        case TransferProposed():
            return about.model_copy(update={"intakes": event.intakes, "until": event.until})
        case TransferAccepted():
            return _answered(known or about, TransferStatus.ACCEPTED, event.on, event.to_intake_id)
        case TransferDeclined():
            return _answered(known or about, TransferStatus.DECLINED, event.on)
        case TransferLapsed():
            return _answered(known or about, TransferStatus.LAPSED, event.on)
        case _:
            assert_never(event)


def _answered(known: TransferHistory, status: TransferStatus, on: date, to: UUID | None = None) -> TransferHistory:
    return known.model_copy(update={"status": status, "since": on, "to_intake_id": to})
