"""What each event of an application makes of its status."""

from collections.abc import Mapping

from shared.events.applications import (
    ApplicationAdmissible,
    ApplicationEvent,
    ApplicationIneligible,
    ApplicationObsolete,
    ApplicationRefused,
    ApplicationStatus,
    ApplicationUnderReview,
    ApplicationWaitlisted,
    ApplicationWithdrawn,
    ImmersionEnded,
    ImmersionPlanned,
    InterviewPlanned,
    MeetingCancelled,
    PlaceConfirmed,
    PlaceDeclined,
    PlaceExpired,
    PlaceOffered,
    PlaceOfferWithdrawn,
    PlaceReleased,
)
from shared.events.delays import ApplicationExpired

STATUS_AFTER: Mapping[type[ApplicationEvent], ApplicationStatus] = {
    ApplicationIneligible: ApplicationStatus.INELIGIBLE,
    ApplicationUnderReview: ApplicationStatus.UNDER_REVIEW,
    InterviewPlanned: ApplicationStatus.INTERVIEW_PLANNED,
    ImmersionPlanned: ApplicationStatus.IMMERSION_PLANNED,
    MeetingCancelled: ApplicationStatus.UNDER_REVIEW,
    ImmersionEnded: ApplicationStatus.IMMERSION_ENDED,
    ApplicationAdmissible: ApplicationStatus.ADMISSIBLE,
    ApplicationWaitlisted: ApplicationStatus.WAITLISTED,
    PlaceOffered: ApplicationStatus.OFFERED,
    PlaceOfferWithdrawn: ApplicationStatus.ADMISSIBLE,
    PlaceConfirmed: ApplicationStatus.ENROLLED,
    PlaceDeclined: ApplicationStatus.DECLINED,
    PlaceReleased: ApplicationStatus.RELEASED,
    PlaceExpired: ApplicationStatus.EXPIRED,
    ApplicationExpired: ApplicationStatus.EXPIRED,
    ApplicationRefused: ApplicationStatus.REFUSED,
    ApplicationWithdrawn: ApplicationStatus.WITHDRAWN,
    ApplicationObsolete: ApplicationStatus.OBSOLETE,
}
"""What each event makes of the status; a reopening depends on what was before; an opening that joins, another day of
entry, a contact, and what is due, change nothing."""
