"""Events of applications, published by enrolment: one per (young person, intake), from opening to a terminal answer."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.events.catalogue import Delay
from shared.events.event import Event
from shared.events.referral import RefusalCode
from shared.kernel.calendar import Hour, SchoolYear
from shared.kernel.identifiers import Slug
from shared.kernel.strict import Day, Published


class IneligibleReason(StrEnum):
    TOO_YOUNG = "too_young"
    TOO_YOUNG_FOR_MACHINES = "too_young_for_machines"
    TOO_OLD = "too_old"


class UnopenedCode(StrEnum):
    """Why a wish opened no application."""

    UNKNOWN_PROGRAMME = "unknown_programme"
    NO_OPEN_INTAKE = "no_open_intake"
    ALREADY_ANSWERED = "already_answered"
    ALREADY_ENROLLED = "already_enrolled"


class Met(StrEnum):
    """How the school met the applicant."""

    INTERVIEW = "interview"
    IMMERSION = "immersion"


class HeardBy(StrEnum):
    """How the school heard the answer to an offered place."""

    PHONE = "phone"
    MEETING = "meeting"
    LETTER = "letter"
    EMAIL = "email"


class SaidBy(StrEnum):
    """Who gave the school the answer to an offered place."""

    YOUNG_PERSON = "young_person"
    REPRESENTATIVE = "representative"


class ApplicationStatus(StrEnum):
    """Where one young person's application to an intake stands: one enum for every service."""

    UNDER_REVIEW = "under_review"
    INTERVIEW_PLANNED = "interview_planned"
    IMMERSION_PLANNED = "immersion_planned"
    IMMERSION_ENDED = "immersion_ended"
    ADMISSIBLE = "admissible"
    WAITLISTED = "waitlisted"
    OFFERED = "offered"
    ENROLLED = "enrolled"
    RELEASED = "released"
    INELIGIBLE = "ineligible"
    REFUSED = "refused"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    OBSOLETE = "obsolete"


class Unopened(BaseModel):
    model_config = ConfigDict(frozen=True)
    wish: Annotated[int, Field(ge=1, le=5, description="The wish's rank in its referral, from 1."), Published]
    code: UnopenedCode


class WishesAnswered(Event, type="enrolment.wishes.answered.v1", topic="etabli.enrolment", key="young_id"):
    """Once per referral: the intakes where it opened or joined an application, and each wish that opened none."""

    referral_id: UUID
    young_id: UUID
    agency: Slug
    opened: tuple[UUID, ...]
    unopened: tuple[Unopened, ...] = ()


class ApplicationEvent(Event, topic="etabli.enrolment", key="young_id"):
    intake_id: UUID
    young_id: UUID
    school: Slug
    programme: Slug


class ApplicationOpened(ApplicationEvent, type="enrolment.application.opened.v1"):
    """A referral opens an application, joins an open one, or begins it again once it had ended.

    Priority: 1 out of school and 15-18, 2 other 15-18, 3 the others.
    """

    referral_id: UUID
    agency: Slug
    school_year: SchoolYear
    priority: Annotated[int, Field(ge=1, le=3), Published]
    transferred: Annotated[bool, Published] = Field(default=False, description="Proposed where another school had no place.")


class ApplicationIneligible(ApplicationEvent, type="enrolment.application.ineligible.v1"):
    """Computed for the day of entry; a school may override it with a motive."""

    reasons: tuple[IneligibleReason, ...]
    referral_id: UUID | None = Field(
        default=None, description="Of a referral that joined: it alone has this answer, the application stays as it is."
    )


class ApplicationUnderReview(ApplicationEvent, type="enrolment.application.under_review.v1"):
    """The school examines it."""

    overridden: Annotated[bool, Published] = Field(default=False, description="The school set aside computed ineligibility.")
    referral_id: UUID | None = Field(
        default=None, description="Of the one referral that is eligible, where others are not: they keep their answer."
    )


class InterviewPlanned(ApplicationEvent, type="enrolment.application.interview_planned.v1"):
    """A day to meet. Told again: another day or hour, another place or person, which enrolment's API alone says."""

    planned_on: Day
    at: Hour | None = Field(default=None, description="In France.")


class ImmersionPlanned(ApplicationEvent, type="enrolment.application.immersion_planned.v1"):
    planned_from: Day
    planned_until: Day
    at: Hour | None = Field(default=None, description="When to come on the first day, in France.")


class MeetingCancelled(ApplicationEvent, type="enrolment.application.meeting_cancelled.v1"):
    """The interview or the immersion that was planned will not be held; nothing else is planned yet."""

    meeting: Met


class ImmersionEnded(ApplicationEvent, type="enrolment.application.immersion_ended.v1"):
    """The immersion took place, or its days passed and the applicant did not come."""

    attended: Annotated[bool, Published] = True


class ApplicationAdmissible(ApplicationEvent, type="enrolment.application.admissible.v1"):
    """Met, and good for a place as soon as there is one."""

    met: Met


class ApplicationWaitlisted(ApplicationEvent, type="enrolment.application.waitlisted.v1"):
    """Admissible, no seat left: first come first served within its priority."""


class EntryPlanned(ApplicationEvent, type="enrolment.application.entry_planned.v1"):
    """The school agrees on another day of entry: age and priority are those of that day."""

    entry_on: Day
    priority: Annotated[int, Field(ge=1, le=3), Published]


class PlaceOffered(ApplicationEvent, type="enrolment.place.offered.v1"):
    """A seat is held until the end of a day. Told again with another day, the offer ends on that one."""

    until: Day
    days: Delay | None = Field(default=None, description="The delay that ends on it; none where the school said the day.")
    at_school: Annotated[bool, Published] = Field(default=False, description="The answer is given to the school alone.")


class _PlaceAnswered(ApplicationEvent):
    heard_by: HeardBy | None = Field(default=None, description="Of an answer that the school recorded: how it was given.")
    said_by: SaidBy | None = Field(default=None, description="Of an answer that the school recorded: who gave it.")


class PlaceConfirmed(_PlaceAnswered, type="enrolment.place.confirmed.v1"):
    """The seat is taken. The application ended well; student.enrolled says the rest."""


class PlaceReleased(ApplicationEvent, type="enrolment.place.released.v1"):
    """The pupil who held the seat did not start, left or went on elsewhere; the seat is free again."""


class PlaceOfferWithdrawn(ApplicationEvent, type="enrolment.place.offer_withdrawn.v1"):
    """The school takes the offer back: the seat is free again, the applicant admissible as before."""


class PlaceDeclined(_PlaceAnswered, type="enrolment.place.declined.v1"):
    """The young person says no to the seat, or gives it up before the start: it is free again."""


class PlaceExpired(ApplicationEvent, type="enrolment.place.expired.v1"):
    """The deadline passed without a word; the seat is free again."""


class ApplicationRefused(ApplicationEvent, type="enrolment.application.refused.v1"):
    code: RefusalCode


class ApplicationReopened(ApplicationEvent, type="enrolment.application.reopened.v1"):
    """The school takes back a refusal, an expiry, or what a declined place had ended."""


class ApplicationLeft(ApplicationEvent, type="enrolment.application.left.v1"):
    """One referral no longer asks for it; it goes on for the others that do."""

    referral_id: UUID
    agency: Slug


class ApplicationWithdrawn(ApplicationEvent, type="enrolment.application.withdrawn.v1"):
    """The school, or the last agency that asked for it, withdrew it."""

    by_school: Annotated[bool, Published] = False


class ApplicationObsolete(ApplicationEvent, type="enrolment.application.obsolete.v1"):
    """Enrolled elsewhere, or the intake closed: no longer asks for an answer."""

    because: Annotated[str, Field(pattern="^(enrolled_elsewhere|intake_closed)$")]
