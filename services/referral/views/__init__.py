"""What referral shows: to an agency its referrals, to a school who applied, in French."""

from services.referral.views.identities import AgencyResponse, IdentityResponse, MatchResponse, show_identity
from services.referral.views.referrals import (
    ReferralInFullResponse,
    ReferralPageResponse,
    ReferralResponse,
    show_in_full,
    show_referral,
)

__all__ = [
    "AgencyResponse",
    "IdentityResponse",
    "MatchResponse",
    "ReferralInFullResponse",
    "ReferralPageResponse",
    "ReferralResponse",
    "show_identity",
    "show_in_full",
    "show_referral",
]
