"""What requests say of a school's open days, of an intake's delays, and of what time brings."""

from pydantic import BaseModel, ConfigDict, Field

from services.enrolment.api.schemas import Delay
from shared.kernel.open_days import HolidayZone
from shared.kernel.strict import Day
from shared.web.bodies import DatedBody


class HolidaysRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    zone: HolidayZone = Field(description="La zone dont l’école observe les jours fériés.")


class ClosureRequest(BaseModel):
    """Days on which the school is closed, both included."""

    model_config = ConfigDict(extra="forbid")
    first_day: Day
    last_day: Day


class SweepRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    on: Day | None = Field(default=None, description="Le jour dont on fait les échéances ; sans lui, aujourd’hui.")


class DelaysRequest(DatedBody):
    """In open days of the school, for what begins from now on."""

    answer_days: Delay
    offer_days: Delay
