"""Decisions on who holds a seat: offered, promoted, confirmed, declined, taken and given back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.enrolment import labels
from services.enrolment.domain.application import Application, Standing
from services.enrolment.domain.applications import ensure_allowed, open_moves
from services.enrolment.domain.files import Files
from services.enrolment.domain.intake import Intake, IntakeEvent, common_fields
from services.enrolment.domain.mandates import ensure_answers, mandate_of
from services.enrolment.domain.seats import CHANGE_SEATS
from services.enrolment.domain.statuses import ApplicationAction
from shared.events import applications as events
from shared.events.applications import ApplicationStatus, HeardBy, SaidBy
from shared.kernel.errors import Move, Refused, Unavailable

REFERRAL_INCOMPLETE = (
    "Le dossier d’orientation est à compléter : ce jeune est mineur, et aucun représentant légal n’y est indiqué. L’organisme "
    "qui l’a orienté doit l’ajouter dans Établi ; la place pourra alors être confirmée."
)


@dataclass(frozen=True)
class Word:
    """What the family told the school of an offered place: how, and who said it."""

    heard_by: HeardBy
    said_by: SaidBy


PROMOTE = Move("promote", labels.PROMOTE, CHANGE_SEATS.who)


def offer(
    intake: Intake, *, young_id: UUID, until: date | None, at_school: bool = False, on: date, today: date | None = None
) -> list[IntakeEvent]:
    """Hold a seat until the end of a day, at the latest the day the intake closes. Offering twice changes nothing.

    Without a day, for as long as the intake says, counted from `today` (else `on`).
    `at_school`: the family answers the school itself, and no agency for it.
    """
    if intake.application(young_id).status is ApplicationStatus.OFFERED:
        return []
    ensure_allowed(intake, young_id, ApplicationAction.OFFER, on)
    ensure_until(until or on, on, open_moves(intake, young_id, on))
    if intake.seats_left < 1:
        moves = open_moves(intake, young_id, on, ApplicationAction.OFFER)
        raise Refused("no_place", "Toutes les places de cette rentrée sont prises.", moves=moves)
    return [_offered(intake, young_id, until=until, at_school=at_school, on=on, today=today or on)]


def _offered(intake: Intake, young_id: UUID, *, until: date | None, at_school: bool, on: date, today: date) -> IntakeEvent:
    ends_on = until or intake.calendar.after(today, intake.offer_days)
    return events.PlaceOffered(
        **common_fields(intake, young_id, on), until=min(ends_on, intake.closes_on), at_school=at_school,
        days=None if until else intake.offer_days,
    )  # fmt: skip


def promote(
    intake: Intake, *, until: date | None, at_school: bool = False, on: date, today: date | None = None
) -> list[IntakeEvent]:
    """Offer the free seat to the first of the waiting list, as an offer is made. Nobody waiting changes nothing."""
    if on > intake.closes_on:
        raise Refused("intake_closed", f"Cette rentrée est close depuis le {intake.closes_on:%d/%m/%Y}.", moves=())
    ensure_until(until or on, on, [PROMOTE])
    if not intake.waiting_list:
        return []
    if intake.seats_left < 1:
        raise Refused("no_place", "Toutes les places de cette rentrée sont prises.", moves=[CHANGE_SEATS])
    first = intake.waiting_list[0].young_id
    return [_offered(intake, first, until=until, at_school=at_school, on=on, today=today or on)]


def confirm(
    intake: Intake, *, young_id: UUID, agency: str | None = None, word: Word | None = None, files: Files | None = None, on: date
) -> list[IntakeEvent]:
    """Take the seat that was offered, within its deadline. The pupil's own document is written in the same transaction.

    An agency answers what was offered in its own referral's name; for anybody else the school records the family's word.
    Refused, whoever confirms, while the file of the referral in whose name it was offered is to complete.
    """
    application = _answered_by(intake, young_id, agency, ApplicationAction.CONFIRM, ApplicationStatus.ENROLLED, on)
    if application is None:
        return []
    ensure_answerable(intake, application, ApplicationAction.CONFIRM, on)
    file = files.of(application.in_whose_name) if files else None
    if file and not file.complete_on(on):
        moves = open_moves(intake, young_id, on, ApplicationAction.CONFIRM)
        raise Refused("referral_incomplete", REFERRAL_INCOMPLETE, moves=moves)
    return [events.PlaceConfirmed(**common_fields(intake, young_id, on), **_said(word))]


def decline(
    intake: Intake, *, young_id: UUID, agency: str | None = None, word: Word | None = None, on: date
) -> list[IntakeEvent]:
    """Say no to the seat that was offered: whoever may confirm it."""
    application = _answered_by(intake, young_id, agency, ApplicationAction.DECLINE, ApplicationStatus.DECLINED, on)
    return [events.PlaceDeclined(**common_fields(intake, young_id, on), **_said(word))] if application else []


def _answered_by(
    intake: Intake, young_id: UUID, agency: str | None, action: ApplicationAction, done: ApplicationStatus, on: date
) -> Application | None:
    """The application whose place is answered; None where it was already, in the eyes of who answers. Raises Refused."""
    application = intake.application(young_id)
    standing: Standing = application if agency is None else mandate_of(application, agency).seen
    if standing.status is done:
        return None
    if agency is not None:
        ensure_answers(application, agency, action, on)
    return ensure_allowed(intake, young_id, action, on)


def _said(word: Word | None) -> dict[str, Any]:
    return {"heard_by": word.heard_by, "said_by": word.said_by} if word else {}


def ensure_until(until: date, on: date, moves: Sequence[Move]) -> None:
    """Raise Refused (`until_before`) where an offer would end before it is made."""
    if until < on:
        raise Refused("until_before", "La date limite de réponse est déjà passée.", moves=moves)


def ensure_answerable(intake: Intake, application: Application, action: ApplicationAction, on: date) -> None:
    """Raise Refused (`offer_expired`) past the last day of an offer."""
    if application.until and on > application.until:
        moves = open_moves(intake, application.young_id, on, action)
        raise Refused("offer_expired", f"Cette place était proposée jusqu’au {application.until:%d/%m/%Y}.", moves=moves)


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
