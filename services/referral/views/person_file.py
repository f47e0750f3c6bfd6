"""All that referral holds of one person, for whoever asks for their own file: said by whom, what came of it, read by whom."""

from collections.abc import Iterable, Sequence
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
    """What each agency sent, their referrals, the journey that schools told, and each reading of the identity.

    `one_person_with` are the other `young_id` that somebody found to be of the same person: their files are theirs too.
    """

    young_id: UUID
    one_person_with: Sequence[UUID]
    sent: Sequence[Sent]
    referrals: Sequence[HeldReferral]
    journey: Journey
    read_by: Sequence[AuditEntry]


def show_file(
    young_id: UUID,
    others: Iterable[UUID],
    sent: Sequence[Sent],
    referrals: Sequence[Referral],
    journey: Journey,
    read_by: Sequence[AuditEntry],
) -> PersonFileResponse:
    """The whole file, under the codes and ids that are kept."""
    held = [HeldReferral(**dict(one), status=status(journey, one.referral_id)) for one in referrals]
    return PersonFileResponse(
        young_id=young_id, one_person_with=sorted(others), sent=sent, referrals=held, journey=journey, read_by=read_by
    )
