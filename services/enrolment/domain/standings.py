"""Where an application stands after an event: for its school, and for each of its referrals, as far as it concerns that one."""

from collections.abc import Sequence
from datetime import date
from typing import TypeVar

from services.enrolment.domain.application import Application, Contact, Referring, Standing
from shared.events.applications import (
    ApplicationEvent,
    ApplicationIneligible,
    ApplicationOpened,
    ApplicationStatus,
    EntryPlanned,
    ImmersionPlanned,
    MeetingCancelled,
)
from shared.events.contacts import ApplicationContacted
from shared.events.mandates import heard, hears_contact

DETAILS = frozenset(Standing.model_fields) - {"status", "since"}
PLANNED = ("planned_on", "planned_from", "planned_until", "at")
S = TypeVar("S", bound=Standing)


def told_to(one: Referring, application: Application, event: ApplicationEvent) -> Referring:
    """One of the referrals of an application after what is told of it: as far as it concerns that one."""
    if getattr(event, "referral_id", None) not in (None, one.referral_id):
        return one
    reached = {application.status, *([ApplicationStatus.ADMISSIBLE] if application.met else [])}
    own, admissible = one.seen.status, one.seen.met is not None
    passed = heard(own, event, referral_on=one.on, before=application.status, reached=reached, admissible=admissible)
    if not passed:
        return one
    seen = stood(one.seen, event, passed[-1], max(event.on, one.on))
    if ApplicationStatus.ADMISSIBLE in passed[:-1]:
        seen = seen.model_copy(update={"met": application.met})
    return one.model_copy(update={"seen": seen})


def stood(standing: S, event: ApplicationEvent, status: ApplicationStatus, on: date) -> S:
    """Where it stands after an event, with what the event says; an offer, a refusal and why it is obsolete say nothing later."""
    details = {field: getattr(event, field) for field in DETAILS & set(type(event).model_fields)}
    if isinstance(event, ImmersionPlanned):
        details["attended"] = None
    if isinstance(event, MeetingCancelled):
        details |= dict.fromkeys(PLANNED)
    return standing.model_copy(update={"until": None, "code": None, "because": None, **details, "status": status, "since": on})


def contacted(application: Application, event: ApplicationContacted) -> Application:
    """The application after an attempt to reach its applicant, for its school and for each referral that hears of it."""
    contact = Contact(**event.model_dump(include=set(Contact.model_fields)))

    def told(one: Referring) -> Referring:
        hears = one.ended is None and hears_contact(one.seen.status, event.on, referral_on=one.on)
        return one.model_copy(update={"seen": _with(one.seen, contact)}) if hears else one

    return _with(application, contact).model_copy(update={"referrals": tuple(map(told, application.referrals))})


def _with(standing: S, contact: Contact) -> S:
    """A standing with a contact more, or one that is said otherwise."""
    others = (one for one in standing.contacts if (one.moment, one.means) != (contact.moment, contact.means))
    return standing.model_copy(update={"contacts": tuple(sorted((*others, contact), key=lambda one: one.moment))})


def left_behind(application: Application) -> tuple[Referring, ...]:
    """The referrals of an application that begins again without them."""

    def left(one: Referring) -> Referring:
        return one.model_copy(update={"ended": one.seen.status, "ended_on": one.seen.since})

    return tuple(one if one.ended else left(one) for one in application.referrals)


def without(application: Application, leaving: Sequence[Referring], on: date) -> Application:
    """The application, which these referrals no longer ask for."""

    def left(one: Referring) -> Referring:
        day = max(on, one.on)
        seen = Standing(status=ApplicationStatus.WITHDRAWN, since=day)
        return one.model_copy(update={"seen": seen, "ended": ApplicationStatus.WITHDRAWN, "ended_on": day})

    referrals = tuple(left(one) if one in leaving else one for one in application.referrals)
    return by_priority(application.model_copy(update={"referrals": referrals}))


def by_priority(application: Application) -> Application:
    """The application under the best priority among the referrals that ask for it."""
    asking = [one.priority for one in application.asking]
    return application.model_copy(update={"priority": min(asking, default=application.priority)})


def ineligible_alone(application: Application, event: ApplicationIneligible) -> Application:
    """The application, of whose referrals one is not eligible."""

    def answered(one: Referring) -> Referring:
        return one.model_copy(update={"seen": stood(one.seen, event, ApplicationStatus.INELIGIBLE, max(event.on, one.on))})

    referrals = tuple(answered(one) if one.referral_id == event.referral_id else one for one in application.referrals)
    return by_priority(application.model_copy(update={"referrals": referrals}))


def eligible_again(application: Application, event: ApplicationOpened) -> Application:
    """The application, of whose referrals one was not eligible and now is: it goes on in its own place."""

    def examined(one: Referring) -> Referring:
        seen = stood(one.seen, event, ApplicationStatus.UNDER_REVIEW, max(event.on, one.on))
        return one.model_copy(update={"seen": seen, "priority": event.priority})

    referrals = tuple(
        examined(one) if one.referral_id == event.referral_id and one.waits_ineligible else one for one in application.referrals
    )
    return by_priority(application.model_copy(update={"referrals": referrals}))


def entry_planned(application: Application, event: EntryPlanned) -> Application:
    """The application, for another day of entry: age and priority are those of that day, for each that asks."""

    def told(one: Referring) -> Referring:
        seen = one.seen.model_copy(update={"entry_on": event.entry_on})
        return one.model_copy(update={"seen": seen, "priority": event.priority})

    ineligible = application.status is ApplicationStatus.INELIGIBLE  # it is planned for those who may then be
    concerned = [one for one in application.referrals if one in application.asking or (ineligible and one.waits_ineligible)]
    referrals = tuple(told(one) if one in concerned else one for one in application.referrals)
    return application.model_copy(update={"entry_on": event.entry_on, "priority": event.priority, "referrals": referrals})
