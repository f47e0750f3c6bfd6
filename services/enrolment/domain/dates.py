"""Decisions on an intake's dates: changed together, and what follows for offers and for pupils who are due."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from services.enrolment import labels
from services.enrolment.domain.eligibility import day_of_entry, reasons_against
from services.enrolment.domain.intake import Intake, IntakeEvent, common_fields
from services.enrolment.domain.pupil import Pupil, PupilEvent
from services.enrolment.domain.pupil import common_fields as pupil_fields
from services.enrolment.domain.school import Programme
from services.enrolment.domain.seats import CHANGE_SEATS, ensure_within
from services.enrolment.domain.statuses import HOLDS_A_SEAT, OPEN
from shared.events import applications as events
from shared.events.catalogue import IntakeDatesChanged
from shared.events.students import EnrolmentStatus, StudentStartMoved
from shared.kernel.calendar import BirthMonth
from shared.kernel.errors import Move, Refused

CHANGE_DATES = Move("change_dates", labels.CHANGE_DATES, CHANGE_SEATS.who)


def change_dates(
    intake: Intake,
    *,
    starts_on: date,
    closes_on: date,
    started: Sequence[date],
    birth_months: Mapping[UUID, BirthMonth],
    programme: Programme,
    on: date,
) -> list[IntakeEvent]:
    """Begin, and close, on other days. Offers end at the latest on the new closing; pupils who are due are told by their own.

    `started`: the days on which pupils of this intake entered by it. Nobody's entry is brought before the age that it asks
    for, nor put after a day on which they came. Who was too young for the earlier day is judged again when the school plans it.
    """
    if (starts_on, closes_on) == (intake.starts_on, intake.closes_on):
        return []
    ensure_within(intake.school_year, starts_on, closes_on)
    if closes_on < on and closes_on != intake.closes_on:
        raise Refused("closes_before_opening", "La date de clôture est déjà passée.", moves=[CHANGE_DATES])
    if any(intake.starts_on <= day < starts_on for day in started):  # who was taken over came before it ever began
        sentence = f"Des élèves ont commencé avant le {starts_on:%d/%m/%Y} : la rentrée a déjà eu lieu."
        raise Refused("already_begun", sentence, moves=[CHANGE_DATES])
    changed = IntakeDatesChanged(
        intake_id=intake.intake_id, school=intake.school, starts_on=starts_on, closes_on=closes_on, on=on
    )
    after = intake.model_copy(update={"starts_on": starts_on, "closes_on": closes_on})
    _ensure_of_age(after, birth_months, programme, on)
    return [changed, *_capped(after, on)]


def move_start(pupil: Pupil, *, intake: Intake, on: date) -> list[PupilEvent]:
    """Who is due in an intake whose dates changed is due on its new day of entry; who came might have come from then on."""
    enrolment = pupil.active
    if enrolment is None or enrolment.now.intake_id != intake.intake_id or enrolment.now.starts_on is None:
        return []
    starts_on = day_of_entry(intake, intake.application_of(pupil.young_id), enrolment.enrolled_on)
    came = enrolment.status is EnrolmentStatus.PRESENT
    if starts_on == enrolment.starts_on or (came and starts_on > enrolment.starts_on):
        return []
    return [StudentStartMoved(**pupil_fields(pupil, enrolment, on), starts_on=starts_on)]


def _ensure_of_age(intake: Intake, birth_months: Mapping[UUID, BirthMonth], programme: Programme, on: date) -> None:
    """Raise Refused where someone who asks for, or has, a seat would enter too young, or too old. Dispensations stay."""
    concerned = [one for one in intake.applications if one.status in OPEN | HOLDS_A_SEAT and not one.overridden]
    others = [
        one
        for one in concerned
        if one.young_id in birth_months
        and reasons_against(birth_months[one.young_id], entry_on=day_of_entry(intake, one, one.opened_on), programme=programme)
    ]
    if others:
        sentence = f"Au {intake.starts_on:%d/%m/%Y}, {len(others)} candidats n’auraient pas l’âge de cette formation."
        if len(others) == 1:
            sentence = f"Au {intake.starts_on:%d/%m/%Y}, un candidat n’aurait pas l’âge de cette formation."
        raise Refused("not_eligible", sentence, moves=[CHANGE_DATES])


def _capped(intake: Intake, on: date) -> list[IntakeEvent]:
    late = (one for one in intake.applications if one.until and one.until > intake.closes_on)
    return [events.PlaceOffered(**common_fields(intake, one.young_id, on), until=intake.closes_on) for one in late]
