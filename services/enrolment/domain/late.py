"""What is late: for a school, what it has to do; for an agency, which of its own referrals wait for which school."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.enrolment.domain.application import Application, Due, Referring
from services.enrolment.domain.due import since_when
from services.enrolment.domain.intake import Intake
from services.enrolment.domain.statuses import WAITS_FOR_THE_SCHOOL
from shared.events.applications import ApplicationStatus
from shared.kernel.open_days import two_thirds

MET = frozenset({ApplicationStatus.INTERVIEW_PLANNED, ApplicationStatus.IMMERSION_PLANNED})


class LateKind(StrEnum):
    """What is late in an application."""

    ANSWER = "answer"
    MEETING = "meeting"
    OFFER = "offer"
    EXPIRED = "expired"


class Late(BaseModel):
    """An application in which something is: since when, how many open days ago, and by when it ends, if it does."""

    model_config = ConfigDict(frozen=True)
    young_id: UUID
    kind: LateKind
    since: date
    open_days: int
    due_on: date | None


class Awaited(BaseModel):
    """A referral that waits for a school, as its own agency may know it. `late`: two thirds of the usual delay have passed."""

    model_config = ConfigDict(frozen=True)
    referral_id: UUID
    young_id: UUID
    status: ApplicationStatus
    since: date
    open_days: int
    late: bool


def late_in(intake: Intake, today: date) -> list[Late]:
    """What a school is late with, or what it let expire and may reopen, until its intake closes."""
    return [late for one in intake.applications if today <= intake.closes_on for late in _late(intake, one, today)]


def awaited_in(intake: Intake, agency: str, today: date) -> list[Awaited]:
    """The referrals of an agency that the school has yet to answer, or did not in time: from what that agency heard alone."""
    if today > intake.closes_on:
        return []
    found = ((one, referring) for one in intake.applications for referring in one.of(agency))
    return [awaited for one, referring in found if (awaited := _awaited(intake, one, referring, today))]


def _late(intake: Intake, application: Application, today: date) -> Iterator[Late]:
    status = application.status
    if is_unanswered(application):
        yield _of(intake, application, LateKind.EXPIRED, application.since, None, today)
    elif status in WAITS_FOR_THE_SCHOOL and application.waiting:
        due = min(application.waiting.values(), key=lambda one: one.on)
        if status in MET and due.since < today:
            yield _of(intake, application, LateKind.MEETING, due.since, due.on, today)
        elif _is_old(intake, due, today):
            yield _of(intake, application, LateKind.ANSWER, due.since, due.on, today)
    elif status is ApplicationStatus.OFFERED and (offer := application.answer_due) and _is_old(intake, offer, today):
        yield _of(intake, application, LateKind.OFFER, offer.since, offer.on, today)


def is_unanswered(standing: Application) -> bool:
    """Whether the school let it expire: an offer that expires was made to somebody whom it had met."""
    return standing.status is ApplicationStatus.EXPIRED and standing.met is None


def _is_old(intake: Intake, due: Due, today: date) -> bool:
    return intake.calendar.between(due.since, today) >= two_thirds(intake.calendar.between(due.since, due.on))


def _of(intake: Intake, application: Application, kind: LateKind, since: date, due_on: date | None, today: date) -> Late:
    open_days = intake.calendar.between(since, today)
    return Late(young_id=application.young_id, kind=kind, since=since, open_days=open_days, due_on=due_on)


def _awaited(intake: Intake, application: Application, referring: Referring, today: date) -> Awaited | None:
    seen, since = referring.seen, referring.waits_since or since_when(application, referring, referring.due)
    unanswered = seen.status is ApplicationStatus.EXPIRED and seen.met is None
    if referring.ended or since > today or not (unanswered or seen.status in WAITS_FOR_THE_SCHOOL):
        return None
    open_days = intake.calendar.between(since, today)
    return Awaited(
        referral_id=referring.referral_id, young_id=application.young_id, status=seen.status, since=since, open_days=open_days,
        late=unanswered or open_days >= two_thirds(intake.answer_days),
    )  # fmt: skip
