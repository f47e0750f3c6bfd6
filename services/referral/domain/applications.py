"""One young person's application to one intake, as enrolment tells it: its steps, and what each of its referrals hears of them.

Each referral is a mandate of its own: it begins under review when it opens or joins, and hears what is told after that.
"""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.referral.domain.steps import ApplicationMoved, Contact, Step, step_of, with_contact
from shared.events.applications import (
    ApplicationIneligible,
    ApplicationLeft,
    ApplicationOpened,
    ApplicationReopened,
    ApplicationStatus,
    ApplicationUnderReview,
)
from shared.events.contacts import ApplicationContacted
from shared.events.delays import ApplicationExpired, ApplicationReminded, WaitsFor
from shared.events.mandates import heard, hears_contact
from shared.events.statuses import STATUS_AFTER
from shared.kernel.calendar import SchoolYear
from shared.kernel.identifiers import Slug

BEGINS_AGAIN_AFTER = (
    ApplicationStatus.WITHDRAWN,
    ApplicationStatus.OBSOLETE,
    ApplicationStatus.REFUSED,
    ApplicationStatus.DECLINED,
    ApplicationStatus.EXPIRED,
)


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
    contacts: Mapping[UUID, tuple[Contact, ...]] = {}
    """By referral: the attempts to reach the applicant that it heard of, by moment."""
    reminded: Mapping[UUID, date] = {}
    """By referral: when it was last reminded of a place that it may answer."""
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
    contacts = {id: heard for id, heard in application.contacts.items() if before or id != event.referral_id}
    return application.model_copy(update={**changed, "school_year": event.school_year, "contacts": contacts})


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
    if isinstance(event, ApplicationIneligible | ApplicationExpired) and event.referral_id:
        steps = own.get(event.referral_id, ())
        alone = step_of(event, STATUS_AFTER[type(event)], _since_came(steps, event.on))
        return application.model_copy(update={"own": {**own, event.referral_id: (*steps, alone)}})
    concerned = [id for id in application.referrals if getattr(event, "referral_id", None) in (None, id)]
    heard_now = {id: (*own[id], *_heard(own[id], application, event)) for id in concerned}
    steps = application.steps
    if not (isinstance(event, ApplicationUnderReview) and _status(steps) is ApplicationStatus.UNDER_REVIEW and steps):
        steps = (*steps, step_of(event, _status_after(steps, event), event.on))
    return application.model_copy(update={"own": {**own, **heard_now}, "steps": steps})


def contacted(application: ApplicationHistory, event: ApplicationContacted) -> ApplicationHistory:
    """The school tried to reach the applicant: for each of its referrals that hears of it. No step follows."""
    contact = Contact(**event.model_dump(include=set(Contact.model_fields)))

    def hears(id: UUID) -> bool:
        steps = application.steps_of(id)
        return bool(steps) and hears_contact(_status(steps), event.on, referral_on=steps[0].on)

    heard_now = {id: with_contact(application.contacts.get(id, ()), contact) for id in application.referrals if hears(id)}
    return application.model_copy(update={"contacts": {**application.contacts, **heard_now}})


def reminded(application: ApplicationHistory, event: ApplicationReminded) -> ApplicationHistory:
    """Whoever may answer an offered place is reminded of it; that the school was reminded is the school's own."""
    if event.waits_for is not WaitsFor.FAMILY or event.referral_id is None:
        return application
    return application.model_copy(update={"reminded": {**application.reminded, event.referral_id: event.on}})


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
    return [*implied, *(step_of(event, one, _since_came(own, event.on)) for one in passed[-1:])]


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
