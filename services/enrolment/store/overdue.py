"""Which intakes a day may change: the one filter of every sweep."""

from datetime import date
from typing import Any

from services.enrolment.domain.statuses import OPEN, WAITS_FOR_THE_SCHOOL
from shared.events.applications import ApplicationStatus
from shared.persistence.mongo import Where

WAITING = {"$in": sorted(status.value for status in WAITS_FOR_THE_SCHOOL)}
OFFERED = ApplicationStatus.OFFERED.value
NOT_ASKING = [ApplicationStatus.INELIGIBLE.value, ApplicationStatus.EXPIRED.value]


def changed_by(day: date) -> Where:
    """Something is late, or to remind of, or has no delay yet; the intake has closed on open applications; or someone waits."""
    today = day.isoformat()
    before, until, since = {"$lt": today}, {"$lte": today}, {"$gte": today}
    undated = {"ended": None, "due": None, "seen.status": {"$nin": NOT_ASKING}}
    return {
        "$or": [
            _one(status=OFFERED, until=before),
            _one(status=OFFERED, **{"answer_due.remind_on": until}),
            _one(status=WAITING, referrals={"$elemMatch": {"due.on": before}}),
            _one(status=WAITING, referrals={"$elemMatch": {"due.remind_on": until}}),
            {**_one(status=WAITING, referrals={"$elemMatch": undated}), "state.closes_on": since},
            {**_one(status=OFFERED, answer_due=None), "state.closes_on": since},
            {"state.applications.status": {"$in": sorted(status.value for status in OPEN)}, "state.closes_on": before},
            {"state.applications.status": ApplicationStatus.WAITLISTED.value, "state.closes_on": since},
        ]
    }


def _one(**fields: Any) -> dict[str, Any]:
    """An application that is so."""
    return {"state.applications": {"$elemMatch": fields}}
