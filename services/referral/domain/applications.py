"""One young person's application to one intake, as enrolment tells it: its steps, and what each of its referrals hears of them.

Each referral is a mandate of its own: it begins under review when it opens or joins, and hears what is told after that.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, assert_never
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
from shared.events.mandates import heard
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
BEGINS_AGAIN_AFTER = (
    ApplicationStatus.WITHDRAWN,
    ApplicationStatus.OBSOLETE,
    ApplicationStatus.REFUSED,
    ApplicationStatus.DECLINED,
    ApplicationStatus.EXPIRED,
)


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
    """Those that it goes on for, the earliest first."""
    steps: tuple[Step, ...] = ()
    """All of them since it began."""
    own: Mapping[UUID, tuple[Step, ...]] = {}
    """By referral: what it heard since it came."""
    ended: Mapping[UUID, tuple[Step, ...]] = {}
    """The same, kept by an earlier build of those that it no longer went on for."""

    def steps_of(self, referral_id: UUID) -> tuple[Step, ...]:
        """What happened to it as far as it concerns one referral; nothing before that one's own opening was heard.

        An earlier build did not tell apart what who joined had heard: of that, the last step is left to them.
        """
        if referral_id in self.own:
            return self.own[referral_id]
        if referral_id in self.referrals:
            return self.steps if referral_id == self.referrals[0] else self.steps[-1:]
        return self.ended.get(referral_id, ())

    def has_enrolled(self, referral_id: UUID, on: date | None) -> bool:
        """Whether the referral still asked when the place was confirmed, on a day: it then follows the pupil.

        A place that was given up may be confirmed again for others, who alone follow that.
        """
        steps = self.steps_of(referral_id)
        confirmed = [step.on for step in steps if step.status is ApplicationStatus.ENROLLED]
        return bool(confirmed) and (on is None or _since_came(steps, on) in confirmed)

    def asks_for(self, referral_id: UUID) -> bool:
        """Whether the referral did not take its part back."""
        steps = self.steps_of(referral_id)
        return bool(steps) and steps[-1].status is not ApplicationStatus.WITHDRAWN


def opened(application: ApplicationHistory, event: ApplicationOpened) -> ApplicationHistory:
    """A first referral opens it, one joins it, or one begins it again once it had ended.

    Opened, it is under review for who asks: what enrolment tells next says whether it stays so. One that was not eligible,
    and now is, goes on.
    """
    own, referrals, steps = _heard_so_far(application), application.referrals, application.steps
    if steps and steps[-1].status in BEGINS_AGAIN_AFTER:
        referrals, steps = (), ()
    before = own.get(event.referral_id, ()) if event.referral_id in referrals else ()
    first = (Step(status=ApplicationStatus.UNDER_REVIEW, on=_since_came(before, event.on)),)
    asking = dict.fromkeys([*referrals, event.referral_id])
    changed = {"own": {**own, event.referral_id: (*before, *first)}, "referrals": tuple(asking), "steps": steps or first}
    return application.model_copy(update={**changed, "school_year": event.school_year})


def left(application: ApplicationHistory, event: ApplicationLeft) -> ApplicationHistory:
    """It goes on without one of its referrals, for which it is withdrawn."""
    steps = application.steps_of(event.referral_id)
    withdrawn = Step(status=ApplicationStatus.WITHDRAWN, on=_since_came(steps, event.on))
    referrals = tuple(id for id in application.referrals if id != event.referral_id)
    own = {**application.own, event.referral_id: (*steps, withdrawn)}
    return application.model_copy(update={"referrals": referrals, "own": own})


def moved(application: ApplicationHistory, event: ApplicationMoved) -> ApplicationHistory:
    """One step further: for all of its referrals, each as far as it concerns that one, or for one alone."""
    own = _heard_so_far(application)
    if isinstance(event, ApplicationIneligible) and event.referral_id:
        steps = own.get(event.referral_id, ())
        alone = _step(event, ApplicationStatus.INELIGIBLE, _since_came(steps, event.on))
        return application.model_copy(update={"own": {**own, event.referral_id: (*steps, alone)}})
    concerned = [id for id in application.referrals if getattr(event, "referral_id", None) in (None, id)]
    heard_now = {id: (*own[id], *_heard(own[id], application, event)) for id in concerned}
    steps = application.steps
    if not (isinstance(event, ApplicationUnderReview) and _status(steps) is ApplicationStatus.UNDER_REVIEW and steps):
        steps = (*steps, _step(event, _status_after(steps, event), event.on))
    return application.model_copy(update={"own": {**own, **heard_now}, "steps": steps})


def told_apart(application: ApplicationHistory) -> ApplicationHistory:
    """The same, with what each referral heard in a place of its own, whichever build kept it."""
    return application.model_copy(update={"own": _heard_so_far(application), "ended": {}})


def _heard_so_far(application: ApplicationHistory) -> dict[UUID, tuple[Step, ...]]:
    return {id: application.steps_of(id) for id in (*application.ended, *application.referrals)} | dict(application.own)


def _heard(own: tuple[Step, ...], application: ApplicationHistory, event: ApplicationMoved) -> list[Step]:
    """What one referral hears of an event: its step, after those that it rests on and that were told before it came."""
    reached = {step.status for step in application.steps}
    passed = heard(
        _status(own), event, referral_on=own[0].on if own else event.on, before=_status(application.steps), reached=reached,
        admissible=any(step.status is ApplicationStatus.ADMISSIBLE for step in own),
    )  # fmt: skip
    offers = [step.until for step in application.steps if step.status is ApplicationStatus.OFFERED and step.until]
    until = offers[-1] if offers else event.on
    day = _since_came(own, min(event.on, until))
    implied = [Step(status=one, on=day, until=until if one is ApplicationStatus.OFFERED else None) for one in passed[:-1]]
    return [*implied, *(_step(event, one, _since_came(own, event.on)) for one in passed[-1:])]


def _since_came(own: tuple[Step, ...], on: date) -> date:
    """A day as a referral reads it: none before its own."""
    return max(on, own[0].on) if own else on


def _status(steps: tuple[Step, ...]) -> ApplicationStatus:
    return steps[-1].status if steps else ApplicationStatus.UNDER_REVIEW


def _status_after(steps: tuple[Step, ...], event: ApplicationMoved) -> ApplicationStatus:
    """Who was admissible once still is when it is reopened."""
    if not isinstance(event, ApplicationReopened):
        return STATUS_AFTER[type(event)]
    was = {step.status for step in steps}
    return ApplicationStatus.ADMISSIBLE if ApplicationStatus.ADMISSIBLE in was else ApplicationStatus.UNDER_REVIEW


def _step(event: ApplicationMoved, status: ApplicationStatus, on: date) -> Step:
    return Step(status=status, on=on, **_details(event))


def _details(event: ApplicationMoved) -> dict[str, Any]:
    match event:
        case ApplicationIneligible():
            return {"reasons": event.reasons}
        case InterviewPlanned():
            return {"planned_on": event.planned_on}
        case ImmersionPlanned():
            return {"planned_on": event.planned_from, "until": event.planned_until}
        case PlaceOffered():
            return {"until": event.until}
        case ApplicationRefused():
            return {"code": event.code}
        case ApplicationObsolete():
            return {"because": event.because}
        case ApplicationReopened():
            return {"reopened": True}
        case PlaceOfferWithdrawn():
            return {"offer_withdrawn": True}
        case ApplicationUnderReview() | ImmersionEnded() | ApplicationAdmissible() | ApplicationWaitlisted():
            return {}
        case ApplicationWithdrawn():
            return {"by_school": event.by_school}
        case PlaceConfirmed() | PlaceDeclined() | PlaceExpired():
            return {}
        case _:
            assert_never(event)
