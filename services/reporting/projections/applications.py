"""One row per application, a young person for an intake: where it stands, and each day the school met or answered them."""

from shared.events import (
    ApplicationAdmissible,
    ApplicationIneligible,
    ApplicationObsolete,
    ApplicationOpened,
    ApplicationRefused,
    ApplicationReopened,
    ApplicationUnderReview,
    ApplicationWaitlisted,
    ApplicationWithdrawn,
    ImmersionEnded,
    ImmersionPlanned,
    InterviewPlanned,
    PlaceConfirmed,
    PlaceDeclined,
    PlaceExpired,
    PlaceOffered,
    PlaceReleased,
)
from shared.events.applications import ApplicationEvent
from shared.projections.projection import Projection, Row

applications = Projection("applications")


def _row(event: ApplicationEvent, status: str, **more: str) -> Row:
    return Row(f"{event.young_id}/{event.intake_id}", status=status, **more)


@applications.on(ApplicationOpened)
def opened(event: ApplicationOpened) -> Row:
    return _row(
        event, "opened", young_id=str(event.young_id), intake_id=str(event.intake_id), school=event.school,
        programme=event.programme, school_year=event.school_year, agency=event.agency, opened_on=event.on.isoformat(),
    )  # fmt: skip


@applications.on(ApplicationIneligible)
def ineligible(event: ApplicationIneligible) -> Row:
    return _row(event, "ineligible")


@applications.on(ApplicationUnderReview, ApplicationReopened)
def under_review(event: ApplicationUnderReview | ApplicationReopened) -> Row:
    return _row(event, "under_review")


@applications.on(InterviewPlanned, ImmersionPlanned, ImmersionEnded)
def meeting(event: InterviewPlanned | ImmersionPlanned | ImmersionEnded) -> Row:
    return _row(event, "meeting", contacted_on=event.on.isoformat())


@applications.on(ApplicationAdmissible)
def admissible(event: ApplicationAdmissible) -> Row:
    return _row(event, "admissible", contacted_on=event.on.isoformat(), admissible_on=event.on.isoformat())


@applications.on(ApplicationWaitlisted)
def waitlisted(event: ApplicationWaitlisted) -> Row:
    return _row(event, "waitlisted", contacted_on=event.on.isoformat())


@applications.on(PlaceOffered)
def offered(event: PlaceOffered) -> Row:
    return _row(event, "offered", contacted_on=event.on.isoformat())


@applications.on(PlaceConfirmed)
def confirmed(event: PlaceConfirmed) -> Row:
    return _row(event, "enrolled")


@applications.on(PlaceReleased)
def released(event: PlaceReleased) -> Row:
    return _row(event, "released")


@applications.on(PlaceDeclined)
def declined(event: PlaceDeclined) -> Row:
    return _row(event, "declined")


@applications.on(PlaceExpired)
def expired(event: PlaceExpired) -> Row:
    return _row(event, "expired")


@applications.on(ApplicationRefused)
def refused(event: ApplicationRefused) -> Row:
    return _row(event, "refused", contacted_on=event.on.isoformat(), code=event.code)


@applications.on(ApplicationWithdrawn)
def withdrawn(event: ApplicationWithdrawn) -> Row:
    return _row(event, "withdrawn")


@applications.on(ApplicationObsolete)
def obsolete(event: ApplicationObsolete) -> Row:
    return _row(event, event.because)
