"""Decisions on an intake's seats: open, change their number, promote, take and give back."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.enrolment.domain.intake import Intake, evolve, intake_id_of
from services.enrolment.domain.school import Programme
from services.enrolment.domain.statuses import OPEN
from shared.events import (
    ApplicationObsolete,
    Event,
    IntakeOpened,
    IntakeSeatsChanged,
    PlaceConfirmed,
    PlaceExpired,
    PlaceOffered,
    PlaceReleased,
)
from shared.events.applications import ApplicationStatus
from shared.events.catalogue import Promotion
from shared.kernel.errors import Invalid, Refused, Unavailable

OFFER_DAYS = 14
"""How long an automatic promotion holds its seat."""


def about(intake: Intake, young_id: UUID, on: date) -> dict[str, Any]:
    """What every event about a young person in an intake says."""
    return {
        "intake_id": intake.intake_id, "young_id": young_id, "school": intake.school, "programme": intake.programme, "on": on,
    }  # fmt: skip


def open_intake(
    intake: Intake | None,
    *,
    school: str,
    programme: Programme,
    school_year: str,
    year_of_study: int,
    seats: int,
    starts_on: date,
    closes_on: date,
    promotion: Promotion,
    on: date,
) -> list[Event]:
    """Open seats for a programme. CurrentCaller the same again changes nothing; something else under the same id is refused."""
    if year_of_study > programme.years:
        raise Refused("no_such_year", f"« {programme.title} » se fait en {programme.years} an(s).")
    first, last = date(int(school_year[:4]), 1, 1), date(int(school_year[5:]), 8, 31)
    if not (first <= starts_on <= last and first <= closes_on <= last):
        sentence = f"Une rentrée {school_year} commence et se clôt entre le {first:%d/%m/%Y} et le {last:%d/%m/%Y}."
        raise Invalid("outside_school_year", sentence)
    if closes_on < on:
        raise Refused("closes_before_opening", "La date de clôture est déjà passée.")
    opened = IntakeOpened(
        intake_id=intake_id_of(school, programme.programme, school_year, year_of_study), school=school,
        programme=programme.programme, school_year=school_year, year_of_study=year_of_study, seats=seats,
        starts_on=starts_on, closes_on=closes_on, promotion=promotion, on=on,
    )  # fmt: skip
    if intake is None:
        return [opened]
    lived = {"arrivals", "agencies", "applications", "seats"}
    if evolve(None, opened).model_dump(exclude=lived) == intake.model_dump(exclude=lived) and intake.seats == seats:
        return []
    raise Refused("already_open", "Cette rentrée est déjà ouverte, avec d’autres dates ou un autre nombre de places.")


def change_seats(intake: Intake, *, seats: int, on: date) -> list[Event]:
    """Give the intake another number of seats, never fewer than are taken."""
    if seats == intake.seats:
        return []
    if seats < intake.seats_taken:
        raise Refused("seats_taken", f"{intake.seats_taken} places sont déjà proposées ou occupées.")
    return [IntakeSeatsChanged(intake_id=intake.intake_id, school=intake.school, seats=seats, on=on)]


def promote(intake: Intake, *, until: date, on: date) -> list[Event]:
    """Offer the free seat to the first of the waiting list. Nobody waiting changes nothing."""
    if on > intake.closes_on:
        raise Refused("intake_closed", f"Cette rentrée est close depuis le {intake.closes_on:%d/%m/%Y}.")
    if until < on:
        raise Refused("until_before", "La date limite de réponse est déjà passée.")
    if not intake.waiting_list:
        return []
    if intake.seats_left < 1:
        raise Refused("no_place", "Toutes les places de cette rentrée sont prises.")
    return [PlaceOffered(**about(intake, intake.waiting_list[0].young_id, on), until=min(until, intake.closes_on))]


def promote_automatically(intake: Intake, *, on: date) -> list[Event]:
    """What an automatic intake does with its free seats: one offer of 14 days for each, down the waiting list."""
    if intake.promotion is not Promotion.AUTOMATIC or on > intake.closes_on:
        return []
    until = min(on + timedelta(days=OFFER_DAYS), intake.closes_on)
    first = intake.waiting_list[: max(intake.seats_left, 0)]
    return [PlaceOffered(**about(intake, application.young_id, on), until=until) for application in first]


def expire_overdue(intake: Intake, *, today: date) -> list[Event]:
    """What the days bring: offers past their deadline expire; once the intake has closed, nothing stays open."""
    told: list[Event] = []
    for application in intake.applications:
        if application.until and application.until < today:
            expired_on = application.until + timedelta(days=1)
            told.append(PlaceExpired(**about(intake, application.young_id, expired_on)))
        elif application.status in OPEN and intake.closes_on < today:
            closed_on = intake.closes_on + timedelta(days=1)
            told.append(ApplicationObsolete(**about(intake, application.young_id, closed_on), because="intake_closed"))
    return told


def take_seat(intake: Intake, *, young_id: UUID, on: date) -> list[Event]:
    """A pupil comes from another intake (moves up, repeats, changes programme) and takes a seat here."""
    application = intake.application_of(young_id)
    if application and application.status is ApplicationStatus.ENROLLED:
        return []
    if not (application and application.status is ApplicationStatus.OFFERED) and intake.seats_left < 1:
        raise Refused("no_place", "Toutes les places de cette rentrée sont prises.")
    return [PlaceConfirmed(**about(intake, young_id, on))]


def take_seat_again(intake: Intake, *, young_id: UUID, on: date) -> list[Event]:
    """A pupil who interrupted comes back: only to a free seat, and once the one they left has been given back."""
    if intake.application(young_id).status is ApplicationStatus.ENROLLED:
        raise Unavailable("still_leaving", "Le départ de ce jeune est en cours d’enregistrement : recommencez dans un instant.")
    return take_seat(intake, young_id=young_id, on=on)


def release_seat(intake: Intake, *, young_id: UUID, on: date) -> list[Event]:
    """A pupil did not start, left, or went to another programme in the same year: the seat is free again."""
    application = intake.application_of(young_id)
    if application is None or application.status is not ApplicationStatus.ENROLLED:
        return []
    return [PlaceReleased(**about(intake, young_id, on))]
