"""An intake: the seats of a programme for one school year and year of study, and where each young person stands in it."""

from datetime import date
from typing import Any, assert_never
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict

from services.enrolment.domain.application import Application, Referring
from services.enrolment.domain.due import expired_alone, reminded, set_due, tried_to_reach, waiting_anew
from services.enrolment.domain.moved import moved, new
from services.enrolment.domain.standings import (
    by_priority,
    eligible_again,
    entry_planned,
    ineligible_alone,
    left_behind,
    without,
)
from services.enrolment.domain.statuses import BEGINS_AGAIN_AFTER, HOLDS_A_SEAT
from shared.events import applications as events
from shared.events.applications import ApplicationEvent, ApplicationStatus
from shared.events.catalogue import (
    ANSWER_DAYS,
    OFFER_DAYS,
    IntakeCalendarChanged,
    IntakeDatesChanged,
    IntakeDelaysChanged,
    IntakeOpened,
    IntakeSeatsChanged,
    Promotion,
)
from shared.events.contacts import ApplicationContacted
from shared.events.delays import ApplicationDue, ApplicationExpired, ApplicationReminded
from shared.kernel.calendar import SchoolYear
from shared.kernel.errors import NotFound
from shared.kernel.identifiers import Slug
from shared.kernel.open_days import OpenDays

INTAKE_NAMESPACE = UUID("1d0f8f4e-58f0-5b52-8a3a-0c5a4a3f9a10")


def intake_id_of(school: str, programme: str, school_year: str, year_of_study: int) -> UUID:
    """One intake per programme, school year and year of study: its id follows from them."""
    return uuid5(INTAKE_NAMESPACE, f"{school} {programme} {school_year} {year_of_study}")


class Intake(BaseModel):
    model_config = ConfigDict(frozen=True)
    intake_id: UUID
    school: Slug
    programme: Slug
    school_year: SchoolYear
    year_of_study: int
    seats: int
    starts_on: date
    closes_on: date
    promotion: Promotion
    answer_days: int = ANSWER_DAYS
    offer_days: int = OFFER_DAYS
    """The delays of what begins now, in open days of the school."""
    calendar: OpenDays = OpenDays()
    """Those days, as its school last said them."""
    arrivals: int = 0
    agencies: tuple[Slug, ...] = ()
    applications: tuple[Application, ...] = ()

    @property
    def seats_taken(self) -> int:
        """Offered, or held by a pupil who is due or present."""
        return sum(application.status in HOLDS_A_SEAT for application in self.applications)

    @property
    def seats_left(self) -> int:
        return self.seats - self.seats_taken

    @property
    def waiting_list(self) -> list[Application]:
        """Those who wait for a seat: by priority, then in the order in which their applications came."""
        waiting = [application for application in self.applications if application.status is ApplicationStatus.WAITLISTED]
        return sorted(waiting, key=lambda application: (application.priority, application.arrival))

    def application_of(self, young_id: UUID) -> Application | None:
        """Where a young person stands here, if they ever did."""
        return next((application for application in self.applications if application.young_id == young_id), None)

    def application(self, young_id: UUID) -> Application:
        """Where an applicant stands. Raises NotFound."""
        application = self.application_of(young_id)
        if application is None:
            raise NotFound("Cette candidature")
        return application

    def with_application(self, application: Application) -> "Intake":
        known = {one.young_id: one for one in self.applications}
        before = known.get(application.young_id)
        known[application.young_id] = waiting_anew(before, application) if before else application
        return self.model_copy(update={"applications": tuple(known.values())})


def common_fields(intake: Intake, young_id: UUID, on: date) -> dict[str, Any]:
    """What every event about a young person in an intake says."""
    return {
        "intake_id": intake.intake_id, "young_id": young_id, "school": intake.school, "programme": intake.programme, "on": on,
    }  # fmt: skip


IntakeEvent = (
    IntakeOpened
    | IntakeSeatsChanged
    | IntakeDatesChanged
    | IntakeDelaysChanged
    | IntakeCalendarChanged
    | ApplicationDue
    | ApplicationReminded
    | events.ApplicationOpened
    | events.ApplicationIneligible
    | events.ApplicationUnderReview
    | events.InterviewPlanned
    | events.ImmersionPlanned
    | events.MeetingCancelled
    | events.ImmersionEnded
    | events.ApplicationAdmissible
    | events.ApplicationWaitlisted
    | events.EntryPlanned
    | events.PlaceOffered
    | events.PlaceOfferWithdrawn
    | events.PlaceConfirmed
    | events.PlaceReleased
    | events.PlaceDeclined
    | events.PlaceExpired
    | ApplicationExpired
    | events.ApplicationRefused
    | events.ApplicationReopened
    | events.ApplicationLeft
    | events.ApplicationWithdrawn
    | events.ApplicationObsolete
    | ApplicationContacted
)
"""Every event of an intake."""


def evolve(intake: Intake | None, event: IntakeEvent) -> Intake:
    """The intake after an event."""
    if isinstance(event, IntakeOpened):
        return Intake(**event.model_dump(exclude={"on"}))
    assert intake is not None
    match event:
        case IntakeSeatsChanged():
            return intake.model_copy(update={"seats": event.seats})
        case IntakeDatesChanged():
            return intake.model_copy(update={"starts_on": event.starts_on, "closes_on": event.closes_on})
        case IntakeDelaysChanged():
            return intake.model_copy(update={"answer_days": event.answer_days, "offer_days": event.offer_days})
        case IntakeCalendarChanged():
            return intake.model_copy(update={"calendar": event.calendar})
        case ApplicationDue():
            return intake.with_application(set_due(intake.application(event.young_id), event))
        case ApplicationReminded():
            return intake.with_application(reminded(intake.application(event.young_id), event))
        case ApplicationExpired() if event.referral_id:
            return intake.with_application(expired_alone(intake.application(event.young_id), event))
        case events.ApplicationOpened():
            return _opened(intake, event)
        case events.EntryPlanned():
            return intake.with_application(entry_planned(intake.application(event.young_id), event))
        case ApplicationContacted():
            return intake.with_application(tried_to_reach(intake.application(event.young_id), event))
        case events.ApplicationLeft():
            application = intake.application(event.young_id)
            leaving = [one for one in application.asking if one.referral_id == event.referral_id]
            return intake.with_application(without(application, leaving, event.on))
        case events.ApplicationWithdrawn():
            application = intake.application(event.young_id)
            moved = _moved(intake, event).model_copy(update={"referrals": application.referrals})
            return intake.with_application(without(moved, application.asking, event.on))
        case events.ApplicationIneligible() if event.referral_id:
            return intake.with_application(ineligible_alone(intake.application(event.young_id), event))
        case (
            events.ApplicationIneligible()
            | events.ApplicationUnderReview()
            | events.InterviewPlanned()
            | events.ImmersionPlanned()
            | events.MeetingCancelled()
            | events.ImmersionEnded()
            | events.ApplicationAdmissible()
            | events.ApplicationWaitlisted()
            | events.PlaceOffered()
            | events.PlaceOfferWithdrawn()
            | events.PlaceConfirmed()
            | events.PlaceReleased()
            | events.PlaceDeclined()
            | events.PlaceExpired()
            | ApplicationExpired()
            | events.ApplicationRefused()
            | events.ApplicationReopened()
            | events.ApplicationObsolete()
        ):
            return intake.with_application(_moved(intake, event))
        case _:
            assert_never(event)


def _opened(intake: Intake, event: events.ApplicationOpened) -> Intake:
    """A first referral brings an application, a later one joins it; once it has ended one begins it again, behind the others."""
    application = intake.application_of(event.young_id)
    if application and application.is_ineligible_alone(event.referral_id):
        return intake.with_application(eligible_again(application, event))
    asking = Referring(
        **event.model_dump(include={"referral_id", "agency", "on", "priority", "transferred"}), arrival=intake.arrivals + 1,
    )  # fmt: skip
    if application is None or application.status in BEGINS_AGAIN_AFTER:
        before = left_behind(application) if application else ()
        begun = new(event, asking.arrival, ApplicationStatus.UNDER_REVIEW)
        joined = begun.model_copy(update={"priority": event.priority, "referrals": (*before, asking)})
    else:
        joined = by_priority(application.model_copy(update={"referrals": (*application.referrals, asking)}))
    agencies = dict.fromkeys([*intake.agencies, event.agency])
    counted = intake.model_copy(update={"agencies": tuple(agencies), "arrivals": intake.arrivals + 1})
    return counted.with_application(joined)


def _moved(intake: Intake, event: ApplicationEvent) -> Application:
    return moved(intake.application_of(event.young_id) or new(event, intake.arrivals + 1, ApplicationStatus.ENROLLED), event)
