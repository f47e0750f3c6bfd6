"""A referral: submitted once, perhaps completed, amended or asked back, closed when it has its answer."""

from collections.abc import Sequence
from datetime import date
from typing import assert_never
from uuid import UUID

from services.referral.domain.answer import Ending, conclude
from services.referral.domain.journey import Journey
from services.referral.domain.visibility import own_referrals
from shared.events.amendments import ReferralAmended
from shared.events.referral import (
    ReferralClosed,
    ReferralCompleted,
    ReferralDetails,
    ReferralSubmitted,
    ReferralWithdrawalRequested,
    Source,
)
from shared.kernel.aggregate import Aggregate
from shared.kernel.calendar import BirthMonth
from shared.kernel.identifiers import Slug
from shared.kernel.transitions import not_before

ReferralEvent = ReferralSubmitted | ReferralAmended | ReferralCompleted | ReferralWithdrawalRequested | ReferralClosed


class Referral(ReferralDetails):
    """What one agency asked for one young person."""

    referral_id: UUID
    young_id: UUID
    agency: Slug
    birth_month: BirthMonth
    source: Source = Source.AGENCY
    complete: bool = True
    """Nothing was missing from its file when that was last said. An earlier build did not ask."""
    submitted_on: date
    amended_on: tuple[date, ...] = ()
    completed_on: date | None = None
    withdrawal_requested_on: date | None = None
    ending: Ending | None = None
    """The last answer published. It stays when an application is reopened, until another is."""


def submit(
    referral: Referral | None,
    *,
    referral_id: UUID,
    young_id: UUID,
    agency: Slug,
    birth_month: BirthMonth,
    details: ReferralDetails,
    complete: bool = True,
    source: Source = Source.AGENCY,
    on: date,
) -> Sequence[ReferralEvent]:
    """Refer a young person, with one to five wishes in order of preference."""
    if referral is not None:
        return []
    submitted = ReferralSubmitted(
        referral_id=referral_id, young_id=young_id, agency=agency, birth_month=birth_month, **dict(details),
        complete=complete, source=source, on=on,
    )  # fmt: skip
    return [submitted]


def request_withdrawal(referral: Referral, *, on: date) -> Sequence[ReferralEvent]:
    """Ask that the open applications be withdrawn. Enrolment decides; asking twice changes nothing. Not before it was made."""
    if referral.withdrawal_requested_on is not None:
        return []
    not_before(referral.submitted_on, on, subject="cette orientation")
    return [
        ReferralWithdrawalRequested(referral_id=referral.referral_id, young_id=referral.young_id, agency=referral.agency, on=on)
    ]


def close(referral: Referral, *, journey: Journey) -> Sequence[ReferralEvent]:
    """Publish the referral's answer, or its new answer, if it has one that was not published."""
    ending = conclude(journey, referral.referral_id)
    if ending is None or ending == referral.ending:
        return []
    return [
        ReferralClosed(
            referral_id=referral.referral_id, young_id=referral.young_id, agency=referral.agency,
            answer=ending.answer, code=ending.code, answered_by=ending.answered_by, on=ending.on,
        )
    ]  # fmt: skip


def evolve(referral: Referral | None, event: ReferralEvent) -> Referral:
    """The referral after one of its events."""
    if isinstance(event, ReferralSubmitted):
        return Referral(**{name: said for name, said in event if name != "on"}, submitted_on=event.on)
    assert referral is not None
    match event:
        case ReferralAmended():
            said = {name: getattr(event, name) for name in ("birth_month", "complete", *ReferralDetails.model_fields)}
            return referral.model_copy(update={**said, "amended_on": (*referral.amended_on, event.on)})
        case ReferralCompleted():
            return referral.model_copy(update={"complete": True, "completed_on": event.on})
        case ReferralWithdrawalRequested():
            return referral.model_copy(update={"withdrawal_requested_on": event.on})
        case ReferralClosed():
            ending = Ending(answer=event.answer, code=event.code, on=event.on, answered_by=event.answered_by)
            return referral.model_copy(update={"ending": ending})
        case _:
            assert_never(event)


REFERRALS = Aggregate("referrals", Referral, evolve, visible_to=own_referrals)
