"""Events of the delays of applications, by enrolment: whose answer is due by which day, that two thirds or all have passed."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from shared.events.applications import ApplicationEvent
from shared.events.catalogue import Delay
from shared.kernel.strict import Day


class WaitsFor(StrEnum):
    """Whose turn it is."""

    SCHOOL = "school"
    FAMILY = "family"


class ApplicationDue(ApplicationEvent, type="enrolment.application.due.v1"):
    """An answer is due by the end of a day: the school's, to one referral, or the family's, to an offered place.

    Told again with another day, it is due on that one.
    """

    waits_for: WaitsFor
    referral_id: UUID | None = Field(
        default=None, description="Whom the school is to answer, or who may answer an offer; none where the school hears it."
    )
    since: Day = Field(description="The delay counts from the day after.")
    days: Delay | None = Field(default=None, description="How long it is; none where the school said the day.")
    due_on: Day
    remind_on: Day | None = Field(default=None, description="Once two thirds have passed; none where that was reminded of.")


class ApplicationReminded(ApplicationEvent, type="enrolment.application.reminded.v1"):
    """Two thirds of a delay have passed without an answer."""

    waits_for: WaitsFor
    referral_id: UUID | None = Field(default=None, description="Of an offered place: who may answer it.")
    due_on: Day


class ApplicationExpired(ApplicationEvent, type="enrolment.application.expired.v1"):
    """The school did not answer within its delay."""

    referral_id: UUID | None = Field(
        default=None, description="Of one referral that waited, where others came later: the application goes on for these."
    )
