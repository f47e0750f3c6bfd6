"""What earlier builds of enrolment kept otherwise, step by step. A step that was released never changes; another follows it."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from services.enrolment.domain.intake import Intake
from services.enrolment.domain.school import School
from services.enrolment.store.files import ReferralFiles
from shared.kernel.open_days import OpenDays
from shared.persistence.migrations import Step, restated
from shared.persistence.mongo import Collection
from shared.persistence.sealing import Sealed
from shared.persistence.writes import Row

WITHOUT_STANDING: Mapping[str, Any] = {
    "state.applications": {"$elemMatch": {"referrals": {"$elemMatch": {"seen": {"$exists": False}}}}}
}
"""Intakes of a build in which the referrals of an application had no standing of their own."""


WITHOUT_DELAYS: Mapping[str, Any] = {"state.calendar": {"$exists": False}}
"""Intakes of a build that counted no delay. What they wait for is said by the first sweep: a whole delay from that day on."""


def steps(motives: Sealed, files: ReferralFiles, *, intakes: Collection, schools: Collection) -> Sequence[Step]:
    """In the order in which they are done."""
    return [
        Step("001 motives sealed", motives.rows, motives.in_clear, motives.close_earlier),
        Step("002 birth months go on as files", files.earlier, {}, files.take_over),
        restated("003 a standing for each referral", intakes, WITHOUT_STANDING, Intake.model_validate),
        Step("004 the delays and open days of an intake", intakes, WITHOUT_DELAYS, partial(_with_delays, intakes, schools)),
    ]


async def _with_delays(intakes: Collection, schools: Collection, row: Row) -> None:
    """By its version, as any other write: the usual delays, in the open days of its school."""
    school = await schools.find_one({"_id": row["state"]["school"]})
    calendar = School.model_validate(school["state"]).open_days if school else OpenDays()
    state = Intake.model_validate(row["state"]).model_copy(update={"calendar": calendar}).model_dump(mode="json")
    guarded = {"_id": row["_id"], "version": row["version"]}
    await intakes.update(guarded, {"$set": {"state": state}, "$inc": {"version": 1}})
