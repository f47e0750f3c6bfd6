"""Decisions on who holds a seat: offered, promoted, confirmed, declined, expired, taken and given back."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.enrolment import labels
from services.enrolment.domain.application import Application
from services.enrolment.domain.applications import ensure_allowed, open_moves
from services.enrolment.domain.intake import Intake, IntakeEvent, common_fields
from services.enrolment.domain.seats import CHANGE_SEATS
from services.enrolment.domain.statuses import OPEN, ApplicationAction
from shared.events import applications as events
from shared.events.applications import ApplicationStatus
from shared.kernel.errors import Move, Refused, Unavailable

PROMOTE = Move("promote", labels.PROMOTE, CHANGE_SEATS.who)


def offer(intake: Intake, *, young_id: UUID, until: date, on: date) -> list[IntakeEvent]:
    """Hold a seat until the end of a day, at the latest the day the intake closes. Offering twice changes nothing."""
    if intake.application(young_id).status is ApplicationStatus.OFFERED:
        return []
    ensure_allowed(intake, young_id, ApplicationAction.OFFER, on)
    ensure_until(until, on, open_moves(intake, young_id, on))
    if intake.seats_left < 1:
        moves = open_moves(intake, young_id, on, ApplicationAction.OFFER)
        raise Refused("no_place", "Toutes les places de cette rentrée sont prises.", moves=moves)
    return [events.PlaceOffered(**common_fields(intake, young_id, on), until=min(until, intake.closes_on))]


def promote(intake: Intake, *, until: date, on: date) -> list[IntakeEvent]:
    """Offer the free seat to the first of the waiting list. Nobody waiting changes nothing."""
    if on > intake.closes_on:
        raise Refused("intake_closed", f"Cette rentrée est close depuis le {intake.closes_on:%d/%m/%Y}.", moves=())
    ensure_until(until, on, [PROMOTE])
    if not intake.waiting_list:
        return []
    if intake.seats_left < 1:
        raise Refused("no_place", "Toutes les places de cette rentrée sont prises.", moves=[CHANGE_SEATS])
    return [events.PlaceOffered(**common_fields(intake, intake.waiting_list[0].young_id, on), until=min(until, intake.closes_on))]


def confirm(intake: Intake, *, young_id: UUID, on: date) -> list[IntakeEvent]:
    """Take the seat that was offered, within its deadline. The pupil's own document is written in the same transaction."""
    application = intake.application(young_id)
    if application.status is ApplicationStatus.ENROLLED:
        return []
    ensure_allowed(intake, young_id, ApplicationAction.CONFIRM, on)
    ensure_answerable(intake, application, ApplicationAction.CONFIRM, on)
    return [events.PlaceConfirmed(**common_fields(intake, young_id, on))]


def decline(intake: Intake, *, young_id: UUID, on: date) -> list[IntakeEvent]:
    """Say no to the seat that was offered."""
    if intake.application(young_id).status is ApplicationStatus.DECLINED:
        return []
    ensure_allowed(intake, young_id, ApplicationAction.DECLINE, on)
    return [events.PlaceDeclined(**common_fields(intake, young_id, on))]


def ensure_until(until: date, on: date, moves: Sequence[Move]) -> None:
    """Raise Refused (`until_before`) where an offer would end before it is made."""
    if until < on:
        raise Refused("until_before", "La date limite de réponse est déjà passée.", moves=moves)


def ensure_answerable(intake: Intake, application: Application, action: ApplicationAction, on: date) -> None:
    """Raise Refused (`offer_expired`) past the last day of an offer."""
    if application.until and on > application.until:
        moves = open_moves(intake, application.young_id, on, action)
        raise Refused("offer_expired", f"Cette place était proposée jusqu’au {application.until:%d/%m/%Y}.", moves=moves)


def expire_overdue(intake: Intake, *, today: date) -> list[IntakeEvent]:
    """What the days bring: offers past their deadline expire; once the intake has closed, nothing stays open."""
    return [event for application in intake.applications for event in _overdue_events(today, intake, application)]


def _overdue_events(today: date, intake: Intake, application: Application) -> list[IntakeEvent]:
    def fields(last_day: date) -> dict[str, Any]:
        return common_fields(intake, application.young_id, last_day + timedelta(days=1))

    if application.until and application.until < today:
        return [events.PlaceExpired(**fields(application.until))]
    if application.status in OPEN and intake.closes_on < today:
        return [events.ApplicationObsolete(**fields(intake.closes_on), because="intake_closed")]
    return []


def take_seat(intake: Intake, *, young_id: UUID, moves: Sequence[Move] | None = None, on: date) -> list[IntakeEvent]:
    """A pupil comes from another intake (moves up, repeats, changes programme) and takes a seat here.

    `moves` are open to the pupil where there is none.
    """
    application = intake.application_of(young_id)
    if application and application.status is ApplicationStatus.ENROLLED:
        return []
    if not (application and application.status is ApplicationStatus.OFFERED) and intake.seats_left < 1:
        raise Refused("no_place", "Toutes les places de cette rentrée sont prises.", moves=moves)
    return [events.PlaceConfirmed(**common_fields(intake, young_id, on))]


def take_seat_again(intake: Intake, *, young_id: UUID, moves: Sequence[Move] | None = None, on: date) -> list[IntakeEvent]:
    """A pupil who interrupted comes back: only to a free seat, and once the one they left has been given back."""
    if intake.application(young_id).status is ApplicationStatus.ENROLLED:
        raise Unavailable("still_leaving", "Le départ de ce jeune est en cours d’enregistrement : recommencez dans un instant.")
    return take_seat(intake, young_id=young_id, moves=moves, on=on)


def release_seat(intake: Intake, *, young_id: UUID, on: date) -> list[IntakeEvent]:
    """A pupil did not start, left, or went to another programme in the same year: the seat is free again."""
    application = intake.application_of(young_id)
    if application is None or application.status is not ApplicationStatus.ENROLLED:
        return []
    return [events.PlaceReleased(**common_fields(intake, young_id, on))]
