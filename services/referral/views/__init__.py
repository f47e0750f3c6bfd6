"""What referral shows: to an agency its referrals, to a school who applied, in French."""

from services.referral.views.identities import AgencyResponse, IdentityResponse, NamesResponse, show_identity
from services.referral.views.imports import ForesightResponse, ImportResponse, show_import
from services.referral.views.matches import DistinctResponse, MatchResponse, RecordResponse, show_match, sides
from services.referral.views.person_file import PersonFileResponse, show_file
from services.referral.views.referrals import Presenter, warnings_of
from services.referral.views.schemas import ReferralInFullResponse, ReferralResponse, WarningResponse

__all__ = [
    "AgencyResponse",
    "DistinctResponse",
    "ForesightResponse",
    "IdentityResponse",
    "ImportResponse",
    "MatchResponse",
    "NamesResponse",
    "PersonFileResponse",
    "Presenter",
    "RecordResponse",
    "ReferralInFullResponse",
    "ReferralResponse",
    "WarningResponse",
    "show_file",
    "show_identity",
    "show_import",
    "show_match",
    "sides",
    "warnings_of",
]
