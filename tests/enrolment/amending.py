"""An agency that amends its referral, as enrolment hears it, and what it reads of its application then."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from services.enrolment.domain import amendments
from services.enrolment.domain.application import Application
from services.enrolment.domain.intake import Intake
from services.enrolment.domain.school import School
from services.enrolment.domain.visibility import seen_by
from shared.events.amendments import Part, ReferralAmended
from shared.events.applications import (
    IneligibleReason,
)
from shared.events.corrections import CorrectionCode
from shared.events.referral import ReferralSubmitted, Wish
from tests.enrolment.builders import (
    MAY,
    a_programme,
)

SCHOOL = School(
    school="besancon", name="École", commune="25056", town="Besançon", department="25", programmes=(a_programme(),)
)  # fmt: skip
TOO_YOUNG = {"birth_month": "2011-10"}
REASONS = (IneligibleReason.TOO_YOUNG, IneligibleReason.TOO_YOUNG_FOR_MACHINES)
HERE, THERE = (Wish(school=school, programme="usinage") for school in ("besancon", "chalon"))


def as_read(application: Application, referral: ReferralSubmitted) -> dict[str, Any]:
    """What its agency reads of an application, without its arrival and priority, which it is not shown."""
    shown, hidden = seen_by(application, referral.agency).model_dump(), {"arrival": 0, "priority": 0}
    return {**shown, **hidden, "referrals": [{**one, **hidden} for one in shown["referrals"]]}


def amended(referral: ReferralSubmitted, *replaces: Part, **said: Any) -> ReferralAmended:
    """What an agency says now, of a referral as it was submitted."""
    stood = referral.model_dump(include={"referral_id", "young_id", "agency", "birth_month", "situation", "wishes", "complete"})
    before = {"replaces_wishes": referral.wishes} if Part.WISHES in replaces else {}
    fields = {**stood, **before, "code": CorrectionCode.TYPING, "replaces": replaces, "on": MAY, **said}
    return ReferralAmended(**fields)


def follow(intake: Intake, referral: ReferralAmended, on: date = MAY) -> Sequence[Any]:
    return amendments.follow(intake, referral=referral, school=SCHOOL, on=on)
