"""What an application's event is for one of its referrals: each is a mandate of its own, and hears what is told after it.

A referral that joins begins under review, whatever was told before. What it hears later may rest on what it did not hear: it
then passes through that at the same moment, so that it never reads what a referral alone could not.
"""

from collections.abc import Collection, Mapping
from datetime import date

from shared.events.applications import (
    ApplicationEvent,
    ApplicationIneligible,
    ApplicationReopened,
    ApplicationStatus,
    ApplicationUnderReview,
    ImmersionEnded,
    ImmersionPlanned,
    InterviewPlanned,
    MeetingCancelled,
    PlaceConfirmed,
    PlaceOfferWithdrawn,
    PlaceReleased,
)
from shared.events.delays import ApplicationExpired
from shared.events.statuses import STATUS_AFTER

S = ApplicationStatus
FAR: Mapping[ApplicationStatus, int] = {
    S.UNDER_REVIEW: 0, S.INTERVIEW_PLANNED: 0, S.IMMERSION_PLANNED: 0, S.IMMERSION_ENDED: 0,
    S.ADMISSIBLE: 1, S.WAITLISTED: 1,
    S.OFFERED: 2,
}  # fmt: skip
"""The statuses that still ask for an answer, and how near to it they are."""
RESTS_ON: Mapping[ApplicationStatus, tuple[ApplicationStatus, ...]] = {
    S.WAITLISTED: (S.ADMISSIBLE,),
    S.OFFERED: (S.ADMISSIBLE,),
    S.ENROLLED: (S.ADMISSIBLE, S.OFFERED),
    S.DECLINED: (S.ADMISSIBLE, S.OFFERED),
    S.EXPIRED: (S.ADMISSIBLE, S.OFFERED),
}


def heard(
    own: ApplicationStatus,
    event: ApplicationEvent,
    *,
    referral_on: date,
    before: ApplicationStatus,
    reached: Collection[ApplicationStatus],
    admissible: bool,
) -> tuple[ApplicationStatus, ...]:
    """The statuses that a referral passes through at an event, the event's own last; none where it does not concern it.

    `own` is where the referral stands since it came (`referral_on`), found `admissible` or not; `before` is where the
    application stood, and `reached` all that it has been. That a seat is free again is the pupil's story.
    """
    if isinstance(event, PlaceReleased) or _is_of_before(event, referral_on):
        return ()
    if isinstance(event, ApplicationReopened):
        back = own is before or (own is S.ENROLLED and before is S.RELEASED)
        return (S.ADMISSIBLE if admissible else S.UNDER_REVIEW,) if back else ()
    if isinstance(event, ApplicationUnderReview) and own is S.UNDER_REVIEW:
        return ()
    status = STATUS_AFTER[type(event)]
    if isinstance(event, PlaceConfirmed) and own not in FAR:
        return ()  # a pupil who comes from another intake: no answer to this referral
    if own is before:
        return (status,)
    if own not in FAR or isinstance(event, ApplicationIneligible | ImmersionEnded | MeetingCancelled):
        return ()
    if isinstance(event, ApplicationExpired):
        return (status,)  # of a school that did not answer: there was no offer
    rests_on = RESTS_ON[S.DECLINED] if isinstance(event, PlaceOfferWithdrawn) else RESTS_ON.get(status, ())
    return (*(one for one in rests_on if one in reached and FAR[own] < FAR[one]), status)


def hears_contact(own: ApplicationStatus, on: date, *, referral_on: date) -> bool:
    """Whether a referral hears that the school tried to reach somebody on a day: it still asks, and had come by then."""
    return own in FAR and on >= referral_on


def _is_of_before(event: ApplicationEvent, referral_on: date) -> bool:
    """Whether what it plans was for a day before the referral came."""
    match event:
        case InterviewPlanned():
            return event.planned_on < referral_on
        case ImmersionPlanned():
            return event.planned_from < referral_on
        case _:
            return False
