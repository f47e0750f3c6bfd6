"""What happened to an application, each thing a step, and the attempts to reach its applicant: as an agency is told of them."""

from datetime import date
from typing import Any, assert_never

from pydantic import BaseModel, ConfigDict

from shared.events.applications import (
    ApplicationAdmissible,
    ApplicationIneligible,
    ApplicationObsolete,
    ApplicationRefused,
    ApplicationReopened,
    ApplicationStatus,
    ApplicationUnderReview,
    ApplicationWaitlisted,
    ApplicationWithdrawn,
    ImmersionEnded,
    ImmersionPlanned,
    IneligibleReason,
    InterviewPlanned,
    MeetingCancelled,
    Met,
    PlaceConfirmed,
    PlaceDeclined,
    PlaceExpired,
    PlaceOffered,
    PlaceOfferWithdrawn,
)
from shared.events.contacts import ContactMeans
from shared.events.delays import ApplicationExpired
from shared.events.referral import RefusalCode
from shared.kernel.calendar import Hour

ApplicationMoved = (
    ApplicationIneligible
    | ApplicationUnderReview
    | InterviewPlanned
    | ImmersionPlanned
    | MeetingCancelled
    | ImmersionEnded
    | ApplicationAdmissible
    | ApplicationWaitlisted
    | PlaceOffered
    | PlaceOfferWithdrawn
    | PlaceConfirmed
    | PlaceDeclined
    | PlaceExpired
    | ApplicationExpired
    | ApplicationRefused
    | ApplicationReopened
    | ApplicationWithdrawn
    | ApplicationObsolete
)
"""All that adds a step. Not `place.released`: that a seat is free again is the pupil's story, which milestones tell."""


class Step(BaseModel):
    """One thing that happened to an application, and its status from then on."""

    model_config = ConfigDict(frozen=True)
    status: ApplicationStatus
    on: date
    code: RefusalCode | None = None
    because: str | None = None
    """Why it is obsolete."""
    reasons: tuple[IneligibleReason, ...] = ()
    planned_on: date | None = None
    until: date | None = None
    at: Hour | None = None
    """When to come to what is planned."""
    attended: bool = True
    """Of an immersion that ended."""
    cancelled: Met | None = None
    """What was planned and will not be held."""
    reopened: bool = False
    by_school: bool = False
    """Taken back by the school."""
    offer_withdrawn: bool = False
    unanswered: bool = False
    """Expired by the school's own silence, and not by a family's."""


class Contact(BaseModel):
    """An attempt of the school to reach the applicant."""

    model_config = ConfigDict(frozen=True)
    on: date
    at: Hour | None = None
    means: ContactMeans
    reached: bool


def with_contact(contacts: tuple[Contact, ...], contact: Contact) -> tuple[Contact, ...]:
    """These and one more, or one that is said otherwise."""
    said_of = (contact.on, contact.at, contact.means)
    others = (one for one in contacts if (one.on, one.at, one.means) != said_of)
    return tuple(sorted((*others, contact), key=lambda one: (one.on, one.at or "")))


def step_of(event: ApplicationMoved, status: ApplicationStatus, on: date) -> Step:
    """The step that an event is, with what it says."""
    return Step(status=status, on=on, **_details(event))


def _details(event: ApplicationMoved) -> dict[str, Any]:
    match event:
        case ApplicationIneligible():
            return {"reasons": event.reasons}
        case InterviewPlanned():
            return {"planned_on": event.planned_on, "at": event.at}
        case ImmersionPlanned():
            return {"planned_on": event.planned_from, "until": event.planned_until, "at": event.at}
        case MeetingCancelled():
            return {"cancelled": event.meeting}
        case ImmersionEnded():
            return {"attended": event.attended}
        case PlaceOffered():
            return {"until": event.until}
        case ApplicationRefused():
            return {"code": event.code}
        case ApplicationObsolete():
            return {"because": event.because}
        case ApplicationReopened():
            return {"reopened": True}
        case ApplicationExpired():
            return {"unanswered": True}
        case PlaceOfferWithdrawn():
            return {"offer_withdrawn": True}
        case ApplicationUnderReview() | ApplicationAdmissible() | ApplicationWaitlisted():
            return {}
        case ApplicationWithdrawn():
            return {"by_school": event.by_school}
        case PlaceConfirmed() | PlaceDeclined() | PlaceExpired():
            return {}
        case _:
            assert_never(event)
