"""Attempts to reach an applicant, published by enrolment: when, by what means, reached or not; what was said stays there."""

from enum import StrEnum
from typing import Annotated

from shared.events.applications import ApplicationEvent
from shared.kernel.calendar import Hour
from shared.kernel.strict import Published


class ContactMeans(StrEnum):
    """How a school tried to reach somebody."""

    PHONE = "phone"
    TEXT_MESSAGE = "text_message"
    EMAIL = "email"
    LETTER = "letter"
    VISIT = "visit"


class ApplicationContacted(ApplicationEvent, type="enrolment.application.contacted.v1"):
    """A person of the school tried to reach the applicant or who answers for them, on a day (`on`), at an hour if it is known.

    Told again of the same moment and means, it says otherwise whether they were reached.
    """

    at: Hour | None = None
    means: ContactMeans
    reached: Annotated[bool, Published]
