"""An application one step further: its status, what an answer says of it, and what each of its referrals hears."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.enrolment.domain.application import Application
from services.enrolment.domain.due import without_due
from services.enrolment.domain.standings import by_priority, stood, told_to
from shared.events import applications as events
from shared.events.applications import ApplicationEvent, ApplicationStatus
from shared.events.statuses import STATUS_AFTER

ANSWERED: Mapping[str, Any] = {"offered_to": None, "heard_by": None, "said_by": None, "offer_days": None}


def new(event: ApplicationEvent, arrival: int, status: ApplicationStatus) -> Application:
    """An application that an event begins, behind all others."""
    return Application(
        young_id=event.young_id, status=status, priority=3, arrival=arrival, opened_on=event.on, since=event.on,
    )  # fmt: skip


def moved(application: Application, event: ApplicationEvent) -> Application:
    """The application after an event, which is told to its referrals: to all, or to one. What was due is over."""
    standing = stood(application, event, _status_after(application, event), event.on)
    answer = {field: getattr(event, field) for field in ANSWERED.keys() & set(type(event).model_fields)}
    if isinstance(event, events.PlaceOffered):
        answer |= {"offered_to": _offered_to(application, event), "offer_days": event.days}
    referrals = tuple(one if one.ended else told_to(one, application, event) for one in application.referrals)
    after = by_priority(standing.model_copy(update={**ANSWERED, **answer, "referrals": referrals}))
    return after if getattr(event, "referral_id", None) else without_due(after)


def _offered_to(application: Application, event: events.PlaceOffered) -> UUID | None:
    """The referral that may answer: the earliest that asks, unless the school hears the answer itself; told again, as it was."""
    if application.status is ApplicationStatus.OFFERED:
        return application.offered_to
    return None if event.at_school else next((one.referral_id for one in application.asking), None)


def _status_after(application: Application, event: ApplicationEvent) -> ApplicationStatus:
    if isinstance(event, events.ApplicationReopened):
        return ApplicationStatus.ADMISSIBLE if application.met else ApplicationStatus.UNDER_REVIEW
    return STATUS_AFTER[type(event)]
