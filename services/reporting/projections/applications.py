"""One row per application, a young person for an intake: where it stands, and each day the school met or answered them."""

from datetime import UTC, date, datetime
from uuid import UUID

from shared.events.applications import (
    ApplicationAdmissible,
    ApplicationEvent,
    ApplicationIneligible,
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
    InterviewPlanned,
    MeetingCancelled,
    PlaceConfirmed,
    PlaceDeclined,
    PlaceExpired,
    PlaceOffered,
    PlaceOfferWithdrawn,
    PlaceReleased,
)
from shared.events.delays import ApplicationExpired
from shared.events.statuses import STATUS_AFTER
from shared.projections.table import REQUIRED, History, TableRow

NEVER = datetime.max.replace(tzinfo=UTC)


class ApplicationRow(TableRow, table="applications"):
    """Told by its intake alone. Whoever joins it moves nothing: where it begins (again), a status follows the opening."""

    id: str
    young_id: UUID = REQUIRED
    intake_id: UUID = REQUIRED
    school: str = REQUIRED
    programme: str = REQUIRED
    school_year: str = REQUIRED
    agencies: History[str] = REQUIRED
    """Of each referral that opened or joined it, in order: it belongs to all of them, and the first opened it."""
    moved_to: ApplicationStatus | None = None
    """None once it was reopened: where it stands then depends on whether the applicant had been met."""
    met: bool = False
    """Found admissible, since it began."""
    because: str | None = None
    """Why it is obsolete, where it is."""
    contacted_at: History[datetime] = ()
    """Each time a person of the school told of a meeting, a yes or a no."""
    unanswered_at: History[datetime] = ()
    """Each time that a delay of the school's passed without an answer to one referral, or to all."""
    admissible_on: date | None = None

    @property
    def agency(self) -> str:
        """Who opened it."""
        return self.agencies[0]

    @property
    def status(self) -> ApplicationStatus:
        """Where it stands."""
        return self.moved_to or (ApplicationStatus.ADMISSIBLE if self.met else ApplicationStatus.UNDER_REVIEW)

    @property
    def intake_closed(self) -> bool:
        """Whether the closing of its intake ended it."""
        return self.status is ApplicationStatus.OBSOLETE and self.because == "intake_closed"

    @property
    def is_silent(self) -> bool:
        """Whether the school let a delay, or its intake, end before it met or answered the applicant; reopened since, too."""
        if self.unanswered_at and min(self.unanswered_at) < min(self.contacted_at, default=NEVER):
            return True
        lapsed = self.status is ApplicationStatus.EXPIRED or self.intake_closed
        return lapsed and not self.contacted_at


def _id(event: ApplicationEvent) -> str:
    return f"{event.young_id}/{event.intake_id}"


@ApplicationRow.on(ApplicationOpened)
def opened(event: ApplicationOpened) -> ApplicationRow:
    return ApplicationRow(
        id=_id(event), young_id=event.young_id, intake_id=event.intake_id, school=event.school, programme=event.programme,
        school_year=event.school_year, agencies=(event.agency,),
    )  # fmt: skip


@ApplicationRow.on(ApplicationUnderReview)
def begun(event: ApplicationUnderReview) -> ApplicationRow:
    return ApplicationRow(id=_id(event), moved_to=ApplicationStatus.UNDER_REVIEW, met=False)


@ApplicationRow.on(ApplicationIneligible)
def ineligible(event: ApplicationIneligible) -> ApplicationRow:
    if event.referral_id:  # of one referral that joined: the application stands where it did
        return ApplicationRow(id=_id(event))
    return ApplicationRow(id=_id(event), moved_to=ApplicationStatus.INELIGIBLE, met=False)


@ApplicationRow.on(MeetingCancelled, PlaceOfferWithdrawn, PlaceReleased, PlaceDeclined, PlaceExpired)
def moved(event: ApplicationEvent) -> ApplicationRow:
    return ApplicationRow(id=_id(event), moved_to=STATUS_AFTER[type(event)])


@ApplicationRow.told(
    InterviewPlanned, ImmersionPlanned, ImmersionEnded, ApplicationWaitlisted, PlaceOffered, PlaceConfirmed, ApplicationRefused,
)  # fmt: skip
def contacted(event: ApplicationEvent, time: datetime) -> ApplicationRow:
    return ApplicationRow(id=_id(event), moved_to=STATUS_AFTER[type(event)], contacted_at=(time,))


@ApplicationRow.told(ApplicationAdmissible)
def admissible(event: ApplicationAdmissible, time: datetime) -> ApplicationRow:
    return ApplicationRow(
        id=_id(event), moved_to=ApplicationStatus.ADMISSIBLE, met=True, admissible_on=event.on, contacted_at=(time,)
    )


@ApplicationRow.told(ApplicationExpired)
def unanswered(event: ApplicationExpired, time: datetime) -> ApplicationRow:
    if event.referral_id:  # it goes on for those who came later
        return ApplicationRow(id=_id(event), unanswered_at=(time,))
    return ApplicationRow(id=_id(event), moved_to=STATUS_AFTER[type(event)], unanswered_at=(time,))


@ApplicationRow.on(ApplicationReopened)
def reopened(event: ApplicationReopened) -> ApplicationRow:
    return ApplicationRow(id=_id(event), moved_to=None)


@ApplicationRow.told(ApplicationWithdrawn)
def withdrawn(event: ApplicationWithdrawn, time: datetime) -> ApplicationRow:
    row = ApplicationRow(id=_id(event), moved_to=ApplicationStatus.WITHDRAWN, met=False)
    if not event.by_school:
        return row
    return ApplicationRow(**{**row.model_dump(exclude_unset=True), "contacted_at": (time,)})


@ApplicationRow.on(ApplicationObsolete)
def obsolete(event: ApplicationObsolete) -> ApplicationRow:
    return ApplicationRow(id=_id(event), moved_to=ApplicationStatus.OBSOLETE, met=False, because=event.because)
