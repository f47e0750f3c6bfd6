"""What an agency corrects of its referral: told anew, never rewritten. Of an identity, the birth month alone."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.events.corrections import CorrectionCode
from shared.events.referral import COMPLETE, AboutReferral, ReferralDetails, Wish
from shared.kernel.calendar import BirthMonth
from shared.kernel.strict import Published


class Part(StrEnum):
    """What of a referral may be amended. What only the vault knows is named here and not said."""

    IDENTITY = "identity"
    COUNSELLOR = "counsellor"
    LAST_CLASS = "last_class"
    INFORMED_ON = "informed_on"
    INFORMATION = "information"
    REPORTED_ON = "reported_on"
    BIRTH_MONTH = "birth_month"
    SITUATION = "situation"
    OUT_OF_SCHOOL_SINCE = "out_of_school_since"
    WISHES = "wishes"


class ReferralAmended(AboutReferral, ReferralDetails, type="referral.referral.amended.v1"):
    """Its agency corrects a referral: all that it says now, and which parts of it that replaces."""

    birth_month: BirthMonth
    complete: Annotated[bool, Published] = Field(description=COMPLETE)
    code: CorrectionCode
    replaces: tuple[Part, ...] = Field(min_length=1)
    replaces_wishes: tuple[Wish, ...] = Field(default=(), description="The wishes that stood before, where others do now.")
