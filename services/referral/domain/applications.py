"""One young person's application to one intake, as enrolment tells it: its steps, and for which referrals it goes on."""

from collections.abc import Mapping
from datetime import date
from typing import assert_never
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.events.applications import (
    STATUS_AFTER,
    ApplicationAdmissible,
    ApplicationIneligible,
    ApplicationLeft,
    ApplicationObsolete,
    ApplicationOpened,
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
    PlaceConfirmed,
    PlaceDeclined,
    PlaceExpired,
    PlaceOffered,
    PlaceOfferWithdrawn,
)
from shared.events.referral import RefusalCode
from shared.kernel.calendar import SchoolYear
from shared.kernel.identifiers import Slug

ApplicationMoved = (
    ApplicationIneligible
    | ApplicationUnderReview
    | InterviewPlanned
    | ImmersionPlanned
    | ImmersionEnded
    | ApplicationAdmissible
    | ApplicationWaitlisted
    | PlaceOffered
    | PlaceOfferWithdrawn
    | PlaceConfirmed
    | PlaceDeclined
    | PlaceExpired
    | ApplicationRefused
    | ApplicationReopened
    | ApplicationWithdrawn
    | ApplicationObsolete
)
"""All that adds a step. Not `place.released`: that a seat is free again is the pupil's story, which milestones tell."""
BEGINS_AGAIN_AFTER = (ApplicationStatus.WITHDRAWN, ApplicationStatus.OBSOLETE, ApplicationStatus.INELIGIBLE)


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
    reopened: bool = False
    by_school: bool = False
    """Taken back by the school."""
    offer_withdrawn: bool = False


class ApplicationHistory(BaseModel):
    """An application from its opening on."""

    model_config = ConfigDict(frozen=True)
    school: Slug
    programme: Slug
    school_year: SchoolYear | None = None
    referrals: tuple[UUID, ...] = ()
    """Those that it goes on for."""
    steps: tuple[Step, ...] = ()
    ended: Mapping[UUID, tuple[Step, ...]] = {}
    """By referral that it no longer goes on for: the steps up to its own end."""

    def steps_of(self, referral_id: UUID) -> tuple[Step, ...]:
        """What happened to it as far as it concerns one referral; nothing before that one's own opening was heard."""
        return self.ended.get(referral_id, self.steps if referral_id in self.referrals else ())


def opened(application: ApplicationHistory, event: ApplicationOpened) -> ApplicationHistory:
    """A first referral opens it, one joins it where it stands, or one begins it again once it had ended.

    Opened, it is under review: what enrolment tells next says whether it stays so.
    """
    ended, referrals, steps = application.ended, application.referrals, application.steps
    if steps and steps[-1].status in BEGINS_AGAIN_AFTER:
        ended, referrals, steps = {**ended, **dict.fromkeys(referrals, steps)}, (), ()
    first = Step(status=ApplicationStatus.UNDER_REVIEW, on=event.on)
    changed = {"ended": ended, "referrals": (*referrals, event.referral_id), "steps": steps or (first,)}
    return application.model_copy(update={**changed, "school_year": event.school_year})


def left(application: ApplicationHistory, event: ApplicationLeft) -> ApplicationHistory:
    """It goes on without one of its referrals, for which it is withdrawn."""
    withdrawn = (*application.steps, Step(status=ApplicationStatus.WITHDRAWN, on=event.on))
    referrals = tuple(id for id in application.referrals if id != event.referral_id)
    ended = {**application.ended, event.referral_id: withdrawn}
    return application.model_copy(update={"referrals": referrals, "ended": ended})


def moved(application: ApplicationHistory, event: ApplicationMoved) -> ApplicationHistory:
    """One step further."""
    if isinstance(event, ApplicationUnderReview) and _is_under_review(application):
        return application
    return application.model_copy(update={"steps": (*application.steps, _step(application, event))})


def _is_under_review(application: ApplicationHistory) -> bool:
    return bool(application.steps) and application.steps[-1].status is ApplicationStatus.UNDER_REVIEW


def _step(application: ApplicationHistory, event: ApplicationMoved) -> Step:
    on = event.on
    match event:
        case ApplicationIneligible():
            return Step(status=ApplicationStatus.INELIGIBLE, on=on, reasons=event.reasons)
        case InterviewPlanned():
            return Step(status=ApplicationStatus.INTERVIEW_PLANNED, on=on, planned_on=event.planned_on)
        case ImmersionPlanned():
            status = ApplicationStatus.IMMERSION_PLANNED
            return Step(status=status, on=on, planned_on=event.planned_from, until=event.planned_until)
        case PlaceOffered():
            return Step(status=ApplicationStatus.OFFERED, on=on, until=event.until)
        case ApplicationRefused():
            return Step(status=ApplicationStatus.REFUSED, on=on, code=event.code)
        case ApplicationObsolete():
            return Step(status=ApplicationStatus.OBSOLETE, on=on, because=event.because)
        case ApplicationReopened():
            return Step(status=_status_reopened(application), on=on, reopened=True)
        case PlaceOfferWithdrawn():
            return Step(status=STATUS_AFTER[type(event)], on=on, offer_withdrawn=True)
        case ApplicationUnderReview() | ImmersionEnded() | ApplicationAdmissible() | ApplicationWaitlisted():
            return Step(status=STATUS_AFTER[type(event)], on=on)
        case ApplicationWithdrawn():
            return Step(status=ApplicationStatus.WITHDRAWN, on=on, by_school=event.by_school)
        case PlaceConfirmed() | PlaceDeclined() | PlaceExpired():
            return Step(status=STATUS_AFTER[type(event)], on=on)
        case _:
            assert_never(event)


def _status_reopened(application: ApplicationHistory) -> ApplicationStatus:
    """Who was admissible once still is."""
    was = {step.status for step in application.steps}
    return ApplicationStatus.ADMISSIBLE if ApplicationStatus.ADMISSIBLE in was else ApplicationStatus.UNDER_REVIEW
