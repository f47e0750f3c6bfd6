"""What referral shows: to an agency its referrals, to a school who applied, in French."""

from services.referral.views.identities import AgencyResponse, IdentityResponse, MatchResponse, show_identity
from services.referral.views.person_file import PersonFileResponse, show_file
from services.referral.views.referrals import Presenter
from services.referral.views.schemas import ReferralInFullResponse, ReferralResponse

__all__ = [
    "AgencyResponse",
    "IdentityResponse",
    "MatchResponse",
    "PersonFileResponse",
    "Presenter",
    "ReferralInFullResponse",
    "ReferralResponse",
    "show_file",
    "show_identity",
]
