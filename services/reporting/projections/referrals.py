"""One row per referral: what its agency said, where it opened applications, how it ended. Three tellers, each its own fields."""

from shared.events import ReferralClosed, ReferralSubmitted, WishesAnswered
from shared.projections.projection import Projection, Row

referrals = Projection("referrals")


@referrals.on(ReferralSubmitted)
def submitted(event: ReferralSubmitted) -> Row:
    return Row(
        event.referral_id,
        young_id=str(event.young_id),
        agency=event.agency,
        situation=event.situation,
        submitted_on=event.on.isoformat(),
        wishes=[[wish.school, wish.programme] for wish in event.wishes if wish.school],
    )


@referrals.on(WishesAnswered)
def answered(event: WishesAnswered) -> Row:
    return Row(event.referral_id, opened=[str(intake) for intake in event.opened], unopened=[one.code for one in event.unopened])


@referrals.on(ReferralClosed)
def closed(event: ReferralClosed) -> Row:
    return Row(event.referral_id, closed_on=event.on.isoformat(), answer=event.answer, code=event.code)
