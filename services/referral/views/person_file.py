"""All that referral holds of one person, for whoever asks for their own file: said by whom, what came of it, read by whom."""

from collections.abc import Collection, Sequence
from uuid import UUID

from pydantic import BaseModel

from services.referral.domain.answer import ReferralStatus, status
from services.referral.domain.journey import Journey
from services.referral.domain.person import Sent
from services.referral.domain.referral import Referral
from services.referral.store.audit import AuditEntry


class HeldReferral(Referral):
    """A referral as it is kept, and where it stands."""

    status: ReferralStatus


class PersonFileResponse(BaseModel):
    """What each agency sent, their referrals, the journey that schools told, and each reading of the identity."""

    young_id: UUID
    others: Sequence[UUID]
    """The other ids of the same person, each with a file of its own in every service."""
    sent: Sequence[Sent]
    referrals: Sequence[HeldReferral]
    journey: Journey
    read_by: Sequence[AuditEntry]


def show_file(
    young_id: UUID,
    others: Collection[UUID],
    sent: Sequence[Sent],
    referrals: Sequence[Referral],
    journey: Journey,
    read_by: Sequence[AuditEntry],
) -> PersonFileResponse:
    """The whole file, under the codes and ids that are kept."""
    held = [HeldReferral(**dict(one), status=status(journey, one.referral_id)) for one in referrals]
    return PersonFileResponse(
        young_id=young_id, others=sorted(others), sent=sent, referrals=held, journey=journey, read_by=read_by
    )
