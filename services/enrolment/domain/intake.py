"""An intake: the seats of a programme for one school year and year of study, and where each young person stands in it."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict

from services.enrolment.domain.statuses import HOLDS_A_SEAT
from services.enrolment.domain.visibility import own_applications
from shared.events import (
    ApplicationAdmissible,
    ApplicationLeft,
    ApplicationOpened,
    ApplicationReopened,
    ApplicationWithdrawn,
    Event,
    IntakeOpened,
    IntakeSeatsChanged,
)
from shared.events.applications import STATUS_AFTER, ApplicationEvent, ApplicationStatus, IneligibleReason, Met
from shared.events.catalogue import Promotion
from shared.events.referral import RefusalCode
from shared.kernel.aggregate import Aggregate
from shared.kernel.calendar import SchoolYear
from shared.kernel.errors import NotFound
from shared.kernel.identifiers import Slug

INTAKE_NAMESPACE = UUID("1d0f8f4e-58f0-5b52-8a3a-0c5a4a3f9a10")


def intake_id_of(school: str, programme: str, school_year: str, year_of_study: int) -> UUID:
    """One intake per programme, school year and year of study: its id follows from them."""
    return uuid5(INTAKE_NAMESPACE, f"{school} {programme} {school_year} {year_of_study}")


class Referring(BaseModel):
    """A referral that asked for this application, its agency, and the day it did; how and when that ended, if before the rest."""

    model_config = ConfigDict(frozen=True)
    referral_id: UUID
    agency: Slug
    on: date
    ended: ApplicationStatus | None = None
    ended_on: date | None = None


class Application(BaseModel):
    """One young person's application. Without referrals: a pupil who came from another intake."""

    model_config = ConfigDict(frozen=True)
    young_id: UUID
    status: ApplicationStatus
    priority: int
    arrival: int
    opened_on: date
    since: date
    referrals: tuple[Referring, ...] = ()
    reasons: tuple[IneligibleReason, ...] = ()
    overridden: bool = False
    planned_on: date | None = None
    planned_from: date | None = None
    planned_until: date | None = None
    met: Met | None = None
    met_on: date | None = None
    until: date | None = None
    code: RefusalCode | None = None
    because: str | None = None

    def names(self, agency: str) -> bool:
        """Whether a referral of this agency asked for it."""
        return any(referring.agency == agency for referring in self.referrals)

    @property
    def asking(self) -> tuple[Referring, ...]:
        """The referrals that it goes on for."""
        return tuple(referring for referring in self.referrals if referring.ended is None)

    def asked_by(self, referral_id: UUID) -> bool:
        return any(referring.referral_id == referral_id for referring in self.referrals)


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
        return self.model_copy(update={"applications": tuple({**known, application.young_id: application}.values())})


DETAILS = frozenset(Application.model_fields) - {"young_id", "status", "priority", "arrival", "opened_on", "since", "referrals"}


def evolve(intake: Intake | None, event: Event) -> Intake:
    if isinstance(event, IntakeOpened):
        return Intake(**event.model_dump(exclude={"on"}))
    assert intake is not None
    match event:
        case IntakeSeatsChanged():
            return intake.model_copy(update={"seats": event.seats})
        case ApplicationOpened():
            return _asked(intake, event)
        case ApplicationLeft():
            application = intake.application(event.young_id)
            leaving = [one for one in application.asking if one.referral_id == event.referral_id]
            return intake.with_application(_ended(application, leaving, ApplicationStatus.WITHDRAWN, event.on))
        case ApplicationWithdrawn():
            moved = _moved(intake, event)
            return intake.with_application(_ended(moved, moved.asking, ApplicationStatus.WITHDRAWN, event.on))
        case ApplicationEvent():
            return intake.with_application(_moved(intake, event))
        case _:
            raise TypeError(event.type)


def _asked(intake: Intake, event: ApplicationOpened) -> Intake:
    """A first referral brings an application, a later one joins it; after a withdrawal it begins again, behind the others."""
    application = intake.application_of(event.young_id)
    asking = Referring(referral_id=event.referral_id, agency=event.agency, on=event.on)
    if application is None or application.status in (ApplicationStatus.WITHDRAWN, ApplicationStatus.OBSOLETE):
        before = _ended(application, application.asking, application.status, application.since).referrals if application else ()
        referrals = (*before, asking)
        joined = _new(intake, event, status=ApplicationStatus.UNDER_REVIEW, priority=event.priority, referrals=referrals)
    else:
        best = min(application.priority, event.priority)
        joined = application.model_copy(update={"referrals": (*application.referrals, asking), "priority": best})
    agencies = dict.fromkeys([*intake.agencies, event.agency])
    counted = intake.model_copy(update={"agencies": tuple(agencies), "arrivals": intake.arrivals + 1})
    return counted.with_application(joined)


def _ended(application: Application, leaving: Sequence[Referring], status: ApplicationStatus, on: date) -> Application:
    """The application, which these referrals no longer ask for."""
    ended = {"ended": status, "ended_on": on}
    referrals = (one.model_copy(update=ended) if one in leaving else one for one in application.referrals)
    return application.model_copy(update={"referrals": tuple(referrals)})


def _moved(intake: Intake, event: ApplicationEvent) -> Application:
    application = intake.application_of(event.young_id) or _new(intake, event, status=ApplicationStatus.ENROLLED, priority=3)
    said = {field: getattr(event, field) for field in DETAILS & set(type(event).model_fields)}
    cleared = {"until": None, "code": None, "because": None}
    if isinstance(event, ApplicationAdmissible):
        said["met_on"] = event.on
    return application.model_copy(update={**cleared, **said, "status": _status_after(application, event), "since": event.on})


def _status_after(application: Application, event: ApplicationEvent) -> ApplicationStatus:
    if isinstance(event, ApplicationReopened):
        return ApplicationStatus.ADMISSIBLE if application.met else ApplicationStatus.UNDER_REVIEW
    return STATUS_AFTER[type(event)]


def _new(
    intake: Intake, event: ApplicationEvent, *, status: ApplicationStatus, priority: int, referrals: tuple[Referring, ...] = ()
) -> Application:
    return Application(
        young_id=event.young_id, status=status, priority=priority, arrival=intake.arrivals + 1, opened_on=event.on,
        since=event.on, referrals=referrals,
    )  # fmt: skip


INTAKES = Aggregate("intakes", Intake, evolve, visible_to=own_applications)
