"""The logged weeks of a school year that no longer fit what is known of their pupils: somebody looks at each."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from pydantic import BaseModel

from services.production.domain.measures import Alert
from services.production.domain.misfits import misfits
from services.production.domain.pupils import Pupil, enrolment_for
from services.production.domain.weeks import WorkedWeek


class WeekToCheckResponse(BaseModel):
    """A pupil's week, and why to look at it."""

    week: str
    young_id: UUID
    warnings: list[Alert]


def show_weeks_to_check(worked: Iterable[WorkedWeek], pupils: Mapping[UUID, Sequence[Pupil]]) -> list[WeekToCheckResponse]:
    """Those to look at among these weeks."""
    return [
        WeekToCheckResponse(week=one.week, young_id=one.young_id, warnings=found)
        for one in worked
        if (known := pupils.get(one.young_id)) and (found := misfits(one, enrolment_for(known, one.week)))
    ]
