"""Decisions on an intake's seats and delays: opened, and changed."""

from datetime import date

from services.enrolment import labels
from services.enrolment.domain.intake import Intake, IntakeEvent, evolve, intake_id_of
from services.enrolment.domain.school import Programme
from shared.events.catalogue import (
    ANSWER_DAYS,
    OFFER_DAYS,
    IntakeDelaysChanged,
    IntakeOpened,
    IntakeSeatsChanged,
    Promotion,
)
from shared.kernel.errors import Invalid, Move, Refused
from shared.kernel.open_days import OpenDays

CHANGE_SEATS = Move("change_seats", labels.CHANGE_SEATS, frozenset({"school:head", "admin"}))


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
    answer_days: int | None = None,
    offer_days: int | None = None,
    calendar: OpenDays = OpenDays(),
    on: date,
) -> list[IntakeEvent]:
    """Open seats for a programme, with the usual delays where none are said.

    Asking the same again changes nothing; something else under the same id is refused.
    """
    if year_of_study > programme.years:
        raise Refused("no_such_year", f"« {programme.title} » se fait en {programme.years} an{'s' * (programme.years > 1)}.")
    ensure_within(school_year, starts_on, closes_on)
    if closes_on < on:
        raise Refused("closes_before_opening", "La date de clôture est déjà passée.")
    opened = IntakeOpened(
        intake_id=intake_id_of(school, programme.programme, school_year, year_of_study), school=school,
        programme=programme.programme, school_year=school_year, year_of_study=year_of_study, seats=seats,
        starts_on=starts_on, closes_on=closes_on, promotion=promotion, calendar=calendar, on=on,
        answer_days=answer_days or (intake.answer_days if intake else ANSWER_DAYS),
        offer_days=offer_days or (intake.offer_days if intake else OFFER_DAYS),
    )  # fmt: skip
    if intake is None:
        return [opened]
    lived = {"arrivals", "agencies", "applications", "seats", "calendar"}
    if evolve(None, opened).model_dump(exclude=lived) == intake.model_dump(exclude=lived) and intake.seats == seats:
        return []
    sentence = "Cette rentrée est déjà ouverte, avec d’autres dates, d’autres délais ou un autre nombre de places."
    raise Refused("already_open", sentence, moves=[CHANGE_SEATS])


def ensure_within(school_year: str, *days: date) -> None:
    """Raise Invalid (`outside_school_year`) for a day that is neither of the school year nor of the spring before."""
    first, last = date(int(school_year[:4]), 1, 1), date(int(school_year[5:]), 8, 31)
    if not all(first <= day <= last for day in days):
        sentence = f"Une rentrée {school_year} commence et se clôt entre le {first:%d/%m/%Y} et le {last:%d/%m/%Y}."
        raise Invalid("outside_school_year", sentence)


def change_seats(intake: Intake, *, seats: int, on: date) -> list[IntakeEvent]:
    """Give the intake another number of seats, never fewer than are taken."""
    if seats == intake.seats:
        return []
    if seats < intake.seats_taken:
        taken = intake.seats_taken
        sentence = "Une place est déjà proposée ou occupée." if taken == 1 else f"{taken} places sont déjà proposées ou occupées."
        raise Refused("seats_taken", sentence, moves=[CHANGE_SEATS])
    return [IntakeSeatsChanged(intake_id=intake.intake_id, school=intake.school, seats=seats, on=on)]


def change_delays(intake: Intake, *, answer_days: int, offer_days: int, on: date) -> list[IntakeEvent]:
    """Give what begins from now on other delays; what runs keeps its own."""
    if (answer_days, offer_days) == (intake.answer_days, intake.offer_days):
        return []
    return [
        IntakeDelaysChanged(
            intake_id=intake.intake_id, school=intake.school, answer_days=answer_days, offer_days=offer_days, on=on
        )
    ]
