"""What referral shows: to an agency its referrals, to a school who applied, in French."""

from services.referral.views.batches import AcceptedResponse, BatchResponse, RefusedResponse, SameResponse
from services.referral.views.identities import AgencyResponse, IdentityResponse, NamesResponse, show_identity
from services.referral.views.imports import ForesightResponse, ImportResponse, show_import
from services.referral.views.matches import DistinctResponse, MatchResponse, RecordResponse, show_match, sides
from services.referral.views.person_file import PersonFileResponse, show_file
from services.referral.views.referrals import Presenter, missing_of, warnings_of
from services.referral.views.rejections import RejectedMessageResponse, RejectionResponse, show_original, show_rejection
from services.referral.views.schemas import MissingResponse, ReferralInFullResponse, ReferralResponse, WarningResponse

__all__ = [
    "AcceptedResponse",
    "AgencyResponse",
    "BatchResponse",
    "DistinctResponse",
    "ForesightResponse",
    "IdentityResponse",
    "ImportResponse",
    "MatchResponse",
    "MissingResponse",
    "NamesResponse",
    "PersonFileResponse",
    "Presenter",
    "RecordResponse",
    "ReferralInFullResponse",
    "ReferralResponse",
    "RefusedResponse",
    "RejectedMessageResponse",
    "RejectionResponse",
    "SameResponse",
    "WarningResponse",
    "missing_of",
    "show_file",
    "show_identity",
    "show_import",
    "show_match",
    "show_original",
    "show_rejection",
    "sides",
    "warnings_of",
]
