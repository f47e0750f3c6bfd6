"""A referral: submitted once, perhaps asked back, closed when it has its answer."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel

from services.referral.domain.answer import Ending, conclude
from services.referral.domain.journey import Journey
from services.referral.domain.visibility import of_their_agency
from shared.events import Event, ReferralClosed, ReferralSubmitted, ReferralWithdrawalRequested
from shared.events.referral import Situation, Wish
from shared.kernel.aggregate import Aggregate
from shared.kernel.calendar import BirthMonth
from shared.kernel.identifiers import Department, Slug


class Status(StrEnum):
    """Where a referral stands, computed from its journey: an answer taken back puts it in progress again."""

    SUBMITTED = "submitted"
    IN_PROGRESS = "in_progress"
    CLOSED = "closed"


class Referral(BaseModel):
    referral_id: UUID
    young_id: UUID
    agency: Slug
    birth_month: BirthMonth
    situation: Situation
    out_of_school_since: date | None
    department: Department
    wishes: tuple[Wish, ...]
    submitted_on: date
    withdrawal_requested_on: date | None = None
    ending: Ending | None = None
    """The last answer told. It stays when an application is reopened, until another is told."""


def submit(
    referral: Referral | None,
    *,
    referral_id: UUID,
    young_id: UUID,
    agency: Slug,
    birth_month: BirthMonth,
    situation: Situation,
    out_of_school_since: date | None,
    department: Department,
    wishes: tuple[Wish, ...],
    on: date,
) -> Sequence[Event]:
    """Refer a young person, with one to five wishes in order of preference."""
    if referral is not None:
        return []
    return [
        ReferralSubmitted(
            referral_id=referral_id, young_id=young_id, agency=agency, birth_month=birth_month, situation=situation,
            out_of_school_since=out_of_school_since, department=department, wishes=wishes, on=on,
        )
    ]  # fmt: skip


def request_withdrawal(referral: Referral, *, on: date) -> Sequence[Event]:
    """Ask that the open applications be withdrawn. Enrolment decides; asking twice changes nothing."""
    if referral.withdrawal_requested_on is not None:
        return []
    about = {"referral_id": referral.referral_id, "young_id": referral.young_id, "agency": referral.agency}
    return [ReferralWithdrawalRequested(**about, on=on)]


def close(referral: Referral, *, journey: Journey) -> Sequence[Event]:
    """Tell the referral's answer, or its new answer, if it has one that was not told."""
    ending = conclude(journey, referral.referral_id)
    if ending is None or ending == referral.ending:
        return []
    return [
        ReferralClosed(
            referral_id=referral.referral_id, young_id=referral.young_id, agency=referral.agency,
            answer=ending.answer, code=ending.code, on=ending.on,
        )
    ]  # fmt: skip


def status(journey: Journey, referral_id: UUID) -> Status:
    """Where the referral stands after what was heard."""
    if referral_id not in journey.wishes:
        return Status.SUBMITTED
    return Status.IN_PROGRESS if conclude(journey, referral_id) is None else Status.CLOSED


def evolve(referral: Referral | None, event: Event) -> Referral:
    """The referral after one of its events."""
    match event:
        case ReferralSubmitted():
            return Referral(**event.model_dump(exclude={"on"}), submitted_on=event.on)
        case ReferralWithdrawalRequested() if referral:
            return referral.model_copy(update={"withdrawal_requested_on": event.on})
        case ReferralClosed() if referral:
            ending = Ending(answer=event.answer, code=event.code, on=event.on)
            return referral.model_copy(update={"ending": ending})
        case _:
            raise TypeError(event.type)


REFERRALS = Aggregate("referrals", Referral, evolve, visible_to=of_their_agency)
