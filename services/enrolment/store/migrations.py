"""What earlier builds of enrolment kept otherwise, step by step. A step that was released never changes; another follows it."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.enrolment.domain.intake import Intake
from services.enrolment.store.files import ReferralFiles
from shared.persistence.migrations import Step, restated
from shared.persistence.mongo import Collection
from shared.persistence.sealing import Sealed

WITHOUT_STANDING: Mapping[str, Any] = {
    "state.applications": {"$elemMatch": {"referrals": {"$elemMatch": {"seen": {"$exists": False}}}}}
}
"""Intakes of a build in which the referrals of an application had no standing of their own."""


def steps(motives: Sealed, files: ReferralFiles, *, intakes: Collection) -> Sequence[Step]:
    """In the order in which they are done."""
    return [
        Step("001 motives sealed", motives.rows, motives.in_clear, motives.close_earlier),
        Step("002 birth months go on as files", files.earlier, {}, files.take_over),
        restated("003 a standing for each referral", intakes, WITHOUT_STANDING, Intake.model_validate),
    ]
