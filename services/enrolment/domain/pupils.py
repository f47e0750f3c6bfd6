"""Decisions on a pupil: enrolled, present year after year, gone. `school` is who speaks; None is for any."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from services.enrolment.domain.eligibility import day_of_entry, reasons_against
from services.enrolment.domain.enrolment import RELEASED, Enrolment, enrolment_id_of
from services.enrolment.domain.intake import Intake, IntakeEvent
from services.enrolment.domain.places import take_seat, take_seat_again
from services.enrolment.domain.pupil import Pupil, PupilEvent, common_fields
from services.enrolment.domain.school import Programme
from services.enrolment.domain.statuses import APPLICATION, ENROLMENT, ApplicationAction, EnrolmentAction
from shared.events import students as events
from shared.events.applications import ApplicationStatus
from shared.events.students import EnrolmentStatus, InterruptionCode
from shared.kernel.calendar import BirthMonth, following
from shared.kernel.errors import Move, Refused


def enrol(
    pupil: Pupil | None, *, young_id: UUID, birth_month: BirthMonth, intake: Intake, programme: Programme, on: date
) -> list[PupilEvent]:
    """A place is confirmed: the young person becomes a pupil. Refused to whom another enrolment is under way.

    A place that was given up and confirmed again is another enrolment.
    """
    here = pupil.enrolments_in(intake.intake_id) if pupil else []
    if any(one.status is not EnrolmentStatus.GAVE_UP for one in here):
        return []
    enrolment_id = enrolment_id_of(intake.intake_id, young_id, given_up=len(here))
    if pupil and pupil.active:
        moves = APPLICATION.moves(ApplicationStatus.OFFERED, but={ApplicationAction.CONFIRM})
        raise Refused("already_enrolled", "Ce jeune est déjà inscrit : une seule inscription à la fois.", moves=moves)
    return [
        events.StudentEnrolled(
            enrolment_id=enrolment_id, young_id=young_id, school=intake.school, birth_month=birth_month,
            starts_on=day_of_entry(intake, intake.application_of(young_id), on), on=on, **year_in(intake, programme),
        )
    ]  # fmt: skip


def ensure_enrolled_once(others: Iterable[Pupil]) -> None:
    """Raise Refused where another `young_id` of the same person is a pupil."""
    if not any(other.active for other in others):
        return
    sentence = "Ce jeune est déjà inscrit, sous un autre dossier qui est le sien : une seule inscription à la fois."
    raise Refused("already_enrolled", sentence, moves=())


def start(pupil: Pupil, *, school: str | None, on: date) -> list[PupilEvent]:
    """Came on the first day, or soon after it."""
    enrolment = pupil.last(school)
    if enrolment.status is EnrolmentStatus.PRESENT:
        return []
    ensure_allowed(enrolment, EnrolmentAction.START, on)
    ensure_begun(enrolment, EnrolmentAction.START, on)
    if pupil.left_after(on):
        moves = open_moves(enrolment, EnrolmentAction.START)
        raise Refused("already_enrolled", "Ce jeune était encore dans un autre parcours ce jour-là.", moves=moves)
    return [events.StudentStarted(**common_fields(pupil, enrolment, on))]


def record_no_show(pupil: Pupil, *, school: str | None, on: date) -> list[PupilEvent]:
    """Never came. The seat is given back when this event is handled."""
    enrolment = pupil.last(school)
    if enrolment.status is EnrolmentStatus.DID_NOT_START:
        return []
    ensure_allowed(enrolment, EnrolmentAction.RECORD_NO_SHOW, on)
    ensure_begun(enrolment, EnrolmentAction.RECORD_NO_SHOW, on)
    return [events.StudentDidNotStart(**common_fields(pupil, enrolment, on))]


def interrupt(pupil: Pupil, *, school: str | None, code: InterruptionCode, on: date) -> list[PupilEvent]:
    """Left before the end. The seat is given back when this event is handled."""
    enrolment = pupil.last(school)
    if enrolment.status is EnrolmentStatus.INTERRUPTED and enrolment.code is code:
        return []
    ensure_allowed(enrolment, EnrolmentAction.INTERRUPT, on)
    return [events.StudentInterrupted(**common_fields(pupil, enrolment, on), code=code)]


def resume(pupil: Pupil, *, school: str | None, on: date) -> list[PupilEvent]:
    """Came back after an interruption, unless enrolled elsewhere since. Taking a seat again is the intake's decision."""
    enrolment = pupil.last(school)
    if enrolment.status is EnrolmentStatus.PRESENT:
        return []
    ensure_allowed(enrolment, EnrolmentAction.RESUME, on)
    if pupil.active or pupil.left_after(on):
        moves = open_moves(enrolment, EnrolmentAction.RESUME)
        raise Refused("already_enrolled", "Ce jeune est inscrit ailleurs depuis : il ne peut reprendre ici.", moves=moves)
    return [events.StudentResumed(**common_fields(pupil, enrolment, on))]


def move_up(pupil: Pupil, *, school: str | None, to: Intake, programme: Programme, on: date) -> list[PupilEvent]:
    """Go on in the next year of study of the same programme, the following school year."""
    enrolment = pupil.last(school)
    if enrolment.now.intake_id == to.intake_id:
        return []
    ensure_allowed(enrolment, EnrolmentAction.MOVE_UP, on)
    _same_programme_next_year(enrolment, to, year_of_study=enrolment.now.year_of_study + 1)
    return [events.StudentMovedUp(**{**common_fields(pupil, enrolment, on), **year_in(to, programme)})]


def repeat(pupil: Pupil, *, school: str | None, to: Intake, programme: Programme, on: date) -> list[PupilEvent]:
    """Do the same year of study again, the following school year."""
    enrolment = pupil.last(school)
    if enrolment.now.intake_id == to.intake_id:
        return []
    ensure_allowed(enrolment, EnrolmentAction.REPEAT, on)
    _same_programme_next_year(enrolment, to, year_of_study=enrolment.now.year_of_study)
    return [events.StudentRepeated(**{**common_fields(pupil, enrolment, on), **year_in(to, programme)})]


def change_programme(pupil: Pupil, *, school: str | None, to: Intake, programme: Programme, on: date) -> list[PupilEvent]:
    """Go on in another programme of the same school, this school year or the following one."""
    enrolment = pupil.last(school)
    if enrolment.now.intake_id == to.intake_id:
        return []
    ensure_allowed(enrolment, EnrolmentAction.CHANGE_PROGRAMME, on)
    years = (enrolment.now.school_year, following(enrolment.now.school_year))
    if to.school != enrolment.school or to.programme == enrolment.now.programme or to.school_year not in years:
        sentence = "On change de formation dans la même école, cette année scolaire ou la suivante."
        raise Refused("wrong_intake", sentence, moves=open_moves(enrolment))
    if reasons_against(pupil.birth_month, entry_on=max(on, to.starts_on), programme=programme):
        sentence = "Ce jeune n’a pas l’âge que demande cette formation."
        raise Refused("not_eligible", sentence, moves=open_moves(enrolment))
    starts_on = max(on, to.starts_on) if enrolment.status is EnrolmentStatus.DUE else None
    return [
        events.StudentChangedProgramme(
            **{**common_fields(pupil, enrolment, on), **year_in(to, programme), "starts_on": starts_on}
        )
    ]


def complete(pupil: Pupil, *, school: str | None, on: date) -> list[PupilEvent]:
    """Went to the end of the programme, with or without the diploma."""
    enrolment = pupil.last(school)
    if enrolment.status is EnrolmentStatus.COMPLETED:
        return []
    ensure_allowed(enrolment, EnrolmentAction.COMPLETE, on)
    if not enrolment.now.last_year:
        moves = open_moves(enrolment, EnrolmentAction.COMPLETE)
        raise Refused("not_last_year", "Ce parcours n’est pas dans sa dernière année.", moves=moves)
    return [events.StudentCompleted(**common_fields(pupil, enrolment, on))]


def seat_for(pupil: Pupil, intake_id: UUID) -> Callable[..., list[IntakeEvent]]:
    """How a pupil takes a seat: where another enrolment of theirs gave it back, not before the intake has heard so."""
    gone = any(one.status in RELEASED for one in pupil.enrolments_in(intake_id))
    return take_seat_again if gone else take_seat


def year_in(intake: Intake, programme: Programme) -> dict[str, Any]:
    """A year of study in this intake, as events say it."""
    return {
        "intake_id": intake.intake_id, "programme": intake.programme, "school_year": intake.school_year,
        "year_of_study": intake.year_of_study, "last_year": intake.year_of_study == programme.years,
    }  # fmt: skip


def ensure_allowed(enrolment: Enrolment, action: EnrolmentAction, on: date) -> None:
    """Raise Refused where the status of the enrolment, or its last day, does not allow the action."""
    ENROLMENT.ensure(enrolment.status, action, on=on, since=enrolment.since)


def ensure_begun(enrolment: Enrolment, action: EnrolmentAction, on: date) -> None:
    """Raise Refused (`before_start`) before the day of entry."""
    if on < enrolment.starts_on:
        moves = open_moves(enrolment, action)
        raise Refused("before_start", f"La rentrée est le {enrolment.starts_on:%d/%m/%Y}.", moves=moves)


def open_moves(enrolment: Enrolment, *but: EnrolmentAction) -> tuple[Move, ...]:
    """What may be done with an enrolment, `but` for what was just refused."""
    return ENROLMENT.moves(enrolment.status, but=but)


def _same_programme_next_year(enrolment: Enrolment, to: Intake, *, year_of_study: int) -> None:
    wanted = (enrolment.school, enrolment.now.programme, following(enrolment.now.school_year), year_of_study)
    if (to.school, to.programme, to.school_year, to.year_of_study) != wanted:
        sentence = f"Il faut la rentrée {wanted[2]} de la même formation, en année {year_of_study} du parcours."
        raise Refused("wrong_intake", sentence, moves=open_moves(enrolment))
