"""One young person's application to an intake, as the intake keeps it: state only, the intake's `evolve` changes it."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, model_validator

from services.enrolment.domain.statuses import BEGINS_AGAIN_AFTER
from shared.events.applications import ApplicationStatus, HeardBy, IneligibleReason, Met, SaidBy
from shared.events.contacts import ContactMeans
from shared.events.referral import RefusalCode
from shared.kernel.calendar import Hour
from shared.kernel.identifiers import Slug


class Contact(BaseModel):
    """An attempt of the school to reach the applicant, at a moment."""

    model_config = ConfigDict(frozen=True)
    on: date
    at: Hour | None = None
    means: ContactMeans
    reached: bool

    @property
    def moment(self) -> tuple[date, str]:
        """When: of several without an hour on one day, the same."""
        return self.on, self.at or ""


class Standing(BaseModel):
    """Where an application stands and since when: for its school, or for one of its referrals since that one came."""

    model_config = ConfigDict(frozen=True)
    status: ApplicationStatus
    since: date
    reasons: tuple[IneligibleReason, ...] = ()
    overridden: bool = False
    entry_on: date | None = None
    """The day of entry that the school agreed on, where it is not the intake's first."""
    planned_on: date | None = None
    planned_from: date | None = None
    planned_until: date | None = None
    at: Hour | None = None
    """When to come to what is planned."""
    attended: bool | None = None
    """Of an immersion that ended: whether they came."""
    contacts: tuple[Contact, ...] = ()
    """Attempts to reach them, by moment."""
    met: Met | None = None
    until: date | None = None
    code: RefusalCode | None = None
    because: str | None = None


class Due(BaseModel):
    """An answer that is due by the end of a day, `days` open days after one; without `days`, the school said which.

    Two thirds of it have passed on `remind_on`; None once that was reminded of, or where there is no day for it.
    """

    model_config = ConfigDict(frozen=True)
    since: date
    days: int | None
    on: date
    remind_on: date | None

    def is_to_remind_of(self, today: date) -> bool:
        """Whether two thirds have passed, and not all of it, and nobody was reminded."""
        return self.remind_on is not None and self.remind_on <= today <= self.on


class Referring(BaseModel):
    """A referral that asked for this application, its agency and the day it did: a mandate of its own.

    `seen` is where the application stands for it, from what was told after it came; `ended` and `ended_on` say that it no
    longer asks, how and when.
    """

    model_config = ConfigDict(frozen=True)
    referral_id: UUID
    agency: Slug
    on: date
    arrival: int = 0
    priority: int = 3
    transferred: bool = False
    """Not wished for: proposed where another school had no place, and accepted."""
    seen: Standing
    ended: ApplicationStatus | None = None
    ended_on: date | None = None
    due: Due | None = None
    """By when the school is to answer it, while it is the school's turn."""
    waits_since: date | None = None
    """The day after which it waits for the school, as its agency may know: until it hears something else, it stays so."""

    @property
    def waits_ineligible(self) -> bool:
        """Whether it was found not eligible, and did not end apart: it may become so."""
        return self.ended is None and self.seen.status is ApplicationStatus.INELIGIBLE

    @model_validator(mode="before")
    @classmethod
    def begins_under_review(cls, fields: Any) -> Any:
        if isinstance(fields, Mapping) and "seen" not in fields and "on" in fields:
            return {**fields, "seen": {"status": ApplicationStatus.UNDER_REVIEW, "since": fields["on"]}}
        return fields


class Application(Standing):
    """One young person's application. Without referrals: a pupil who came from another intake.

    `offered_to` is the referral in whose name a place is offered, which may answer beside the school; None: the school alone.
    `heard_by` and `said_by` are the word of the family that the school recorded.
    """

    young_id: UUID
    priority: int
    arrival: int
    opened_on: date
    referrals: tuple[Referring, ...] = ()
    offered_to: UUID | None = None
    heard_by: HeardBy | None = None
    said_by: SaidBy | None = None
    offer_days: int | None = None
    """The delay that ends an offer; None where the school said the day."""
    answer_due: Due | None = None
    """By when an offered place is to be answered."""

    @model_validator(mode="before")
    @classmethod
    def of_an_earlier_build(cls, fields: Any) -> Any:
        """What was kept before each referral had a standing of its own: told apart by their days, as it was shown then."""
        if not isinstance(fields, Mapping) or not any(_is_of_before(one) for one in fields.get("referrals", ())):
            return fields
        referrals = [{**_kept(fields), **one, "seen": _seen_by_day(fields, one)} for one in fields["referrals"]]
        asking = [one["referral_id"] for one in referrals if one.get("ended") is None]
        offered = fields["status"] == ApplicationStatus.OFFERED and asking
        return {**fields, "referrals": referrals, "offered_to": asking[0] if offered else None}

    @property
    def asking(self) -> tuple[Referring, ...]:
        """The referrals that it goes on for, the earliest first: none that waited in vain while it goes on for others."""
        left = {ApplicationStatus.INELIGIBLE, *({ApplicationStatus.EXPIRED} - {self.status})}
        return tuple(one for one in self.referrals if one.ended is None and one.seen.status not in left)

    @property
    def waiting(self) -> Mapping[UUID, Due]:
        """What is due to each referral that the school has yet to answer, the earliest first."""
        return {one.referral_id: one.due for one in self.asking if one.due}

    @property
    def in_whose_name(self) -> UUID | None:
        """The referral in whose name a place is offered, or would be: the earliest that still asks, were it old enough.

        Once who was offered it has left, it is the earliest of the others, for whom the school hears the answer.
        """
        waiting = self.asking or tuple(one for one in self.referrals if one.ended is None)
        if self.offered_to and any(one.referral_id == self.offered_to for one in waiting):
            return self.offered_to
        return next((one.referral_id for one in waiting), None)

    def of(self, agency: str) -> tuple[Referring, ...]:
        """The referrals of an agency."""
        return tuple(one for one in self.referrals if one.agency == agency)

    def mandate(self, agency: str) -> Referring | None:
        """The referral for which an agency speaks: its earliest that still asks, else its latest; None where it has none."""
        own = self.of(agency)
        return next((one for one in own if one in self.asking), own[-1] if own else None)

    def asks_for(self, referral_id: UUID) -> bool:
        """Whether this referral still asks for it."""
        return any(referring.referral_id == referral_id for referring in self.asking)

    def going_on(self, referral_id: UUID) -> Referring | None:
        """A referral that did not end apart."""
        return next((one for one in self.referrals if one.referral_id == referral_id and one.ended is None), None)

    def is_only_for(self, referring: Referring) -> bool:
        """Whether it stands where this referral sees it, and no other is there, or waits with it for its age."""
        together = tuple(one for one in self.referrals if one.waits_ineligible)
        concerned = together if self.status is ApplicationStatus.INELIGIBLE else self.asking
        return referring.seen.status is self.status and set(concerned) <= {referring}

    def is_ineligible_alone(self, referral_id: UUID) -> bool:
        """Whether this referral was told that it is not eligible, in an application that did not end."""
        found = any(one.referral_id == referral_id and one.waits_ineligible for one in self.referrals)
        return found and self.status not in BEGINS_AGAIN_AFTER

    def has_referral(self, referral_id: UUID) -> bool:
        return any(referring.referral_id == referral_id for referring in self.referrals)


PLANNED = ("planned_on", "planned_from", "planned_until")


def _is_of_before(referring: Any) -> bool:
    return isinstance(referring, Mapping) and "seen" not in referring


def _kept(application: Mapping[str, Any]) -> dict[str, Any]:
    return {"arrival": application["arrival"], "priority": application["priority"]}


def _seen_by_day(application: Mapping[str, Any], referring: Mapping[str, Any]) -> dict[str, Any]:
    """A standing out of what an earlier build kept: nothing older than the referral, nor later than its end."""
    if referring.get("ended"):
        return {"status": referring["ended"], "since": referring["ended_on"]}
    on = str(referring["on"])
    seen = {field: application[field] for field in Standing.model_fields if field in application}
    seen |= {field: day for field in PLANNED if (day := seen.pop(field, None)) and str(day) >= on}
    met_on = application.get("met_on")
    return {**seen, "since": max(str(seen["since"]), on), "met": seen.get("met") if met_on and str(met_on) >= on else None}
