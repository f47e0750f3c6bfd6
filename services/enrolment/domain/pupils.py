"""Decisions on a pupil: enrolled, present year after year, gone. `school` is who speaks; None is for any."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.enrolment.domain.applications import reasons_against
from services.enrolment.domain.intake import Intake
from services.enrolment.domain.pupil import FRENCH, Enrolment, Pupil, enrolment_id_of
from services.enrolment.domain.school import Programme
from shared.events import (
    Event,
    StudentChangedProgramme,
    StudentCompleted,
    StudentDidNotStart,
    StudentEnrolled,
    StudentInterrupted,
    StudentMovedUp,
    StudentRepeated,
    StudentResumed,
    StudentStarted,
)
from shared.events.students import EnrolmentStatus, InterruptionCode
from shared.kernel.calendar import BirthMonth, following
from shared.kernel.errors import Refused


class Verb(StrEnum):
    """What may be done to an enrolment."""

    START = "start"
    RECORD_NO_SHOW = "record_no_show"
    INTERRUPT = "interrupt"
    RESUME = "resume"
    MOVE_UP = "move_up"
    REPEAT = "repeat"
    CHANGE_PROGRAMME = "change_programme"
    COMPLETE = "complete"
    SIT_AN_EXAM = "sit_an_exam"
    DECLARE_AN_OUTCOME = "declare_an_outcome"


V = Verb
ALLOWED: Mapping[EnrolmentStatus, frozenset[Verb]] = {
    EnrolmentStatus.DUE: frozenset({V.START, V.RECORD_NO_SHOW, V.CHANGE_PROGRAMME}),
    EnrolmentStatus.PRESENT: frozenset({V.INTERRUPT, V.MOVE_UP, V.REPEAT, V.CHANGE_PROGRAMME, V.COMPLETE, V.SIT_AN_EXAM}),
    EnrolmentStatus.INTERRUPTED: frozenset({V.RESUME, V.DECLARE_AN_OUTCOME}),
    EnrolmentStatus.COMPLETED: frozenset({V.SIT_AN_EXAM, V.DECLARE_AN_OUTCOME}),
    EnrolmentStatus.DID_NOT_START: frozenset(),
}


def enrol(
    pupil: Pupil | None, *, young_id: UUID, birth_month: BirthMonth, intake: Intake, programme: Programme, on: date
) -> list[Event]:
    """A place is confirmed: the young person becomes a pupil. Refused to whom another enrolment is under way."""
    enrolment_id = enrolment_id_of(intake.intake_id, young_id)
    if pupil and any(year.intake_id == intake.intake_id for one in pupil.enrolments for year in one.years):
        return []
    if pupil and pupil.active:
        raise Refused("already_enrolled", "Ce jeune est déjà inscrit : une seule inscription à la fois.")
    return [
        StudentEnrolled(
            enrolment_id=enrolment_id, young_id=young_id, school=intake.school, birth_month=birth_month,
            starts_on=intake.starts_on, on=on, **year_in(intake, programme),
        )
    ]  # fmt: skip


def start(pupil: Pupil, *, school: str | None, on: date) -> list[Event]:
    """Came on the first day, or soon after it."""
    enrolment = pupil.last(school)
    if enrolment.status is EnrolmentStatus.PRESENT:
        return []
    may(enrolment, Verb.START, on)
    if on < enrolment.starts_on:
        raise Refused("before_start", f"La rentrée est le {enrolment.starts_on:%d/%m/%Y}.")
    return [StudentStarted(**about(pupil, enrolment, on))]


def record_no_show(pupil: Pupil, *, school: str | None, on: date) -> list[Event]:
    """Never came. The seat is given back when this is heard."""
    enrolment = pupil.last(school)
    if enrolment.status is EnrolmentStatus.DID_NOT_START:
        return []
    may(enrolment, Verb.RECORD_NO_SHOW, on)
    return [StudentDidNotStart(**about(pupil, enrolment, on))]


def interrupt(pupil: Pupil, *, school: str | None, code: InterruptionCode, on: date) -> list[Event]:
    """Left before the end. The seat is given back when this is heard."""
    enrolment = pupil.last(school)
    if enrolment.status is EnrolmentStatus.INTERRUPTED and enrolment.code is code:
        return []
    may(enrolment, Verb.INTERRUPT, on)
    return [StudentInterrupted(**about(pupil, enrolment, on), code=code)]


def resume(pupil: Pupil, *, school: str | None, on: date) -> list[Event]:
    """Came back after an interruption, unless enrolled elsewhere since. Taking a seat again is the intake's decision."""
    enrolment = pupil.last(school)
    if enrolment.status is EnrolmentStatus.PRESENT:
        return []
    may(enrolment, Verb.RESUME, on)
    if pupil.active:
        raise Refused("already_enrolled", "Ce jeune est inscrit ailleurs depuis : il ne peut reprendre ici.")
    return [StudentResumed(**about(pupil, enrolment, on))]


def move_up(pupil: Pupil, *, school: str | None, to: Intake, programme: Programme, on: date) -> list[Event]:
    """Go on in the next year of study of the same programme, the following school year."""
    enrolment = pupil.last(school)
    if enrolment.now.intake_id == to.intake_id:
        return []
    may(enrolment, Verb.MOVE_UP, on)
    _same_programme_next_year(enrolment, to, year_of_study=enrolment.now.year_of_study + 1)
    return [StudentMovedUp(**{**about(pupil, enrolment, on), **year_in(to, programme)})]


def repeat(pupil: Pupil, *, school: str | None, to: Intake, programme: Programme, on: date) -> list[Event]:
    """Do the same year of study again, the following school year."""
    enrolment = pupil.last(school)
    if enrolment.now.intake_id == to.intake_id:
        return []
    may(enrolment, Verb.REPEAT, on)
    _same_programme_next_year(enrolment, to, year_of_study=enrolment.now.year_of_study)
    return [StudentRepeated(**{**about(pupil, enrolment, on), **year_in(to, programme)})]


def change_programme(pupil: Pupil, *, school: str | None, to: Intake, programme: Programme, on: date) -> list[Event]:
    """Go on in another programme of the same school, this school year or the following one."""
    enrolment = pupil.last(school)
    if enrolment.now.intake_id == to.intake_id:
        return []
    may(enrolment, Verb.CHANGE_PROGRAMME, on)
    years = (enrolment.now.school_year, following(enrolment.now.school_year))
    if to.school != enrolment.school or to.programme == enrolment.now.programme or to.school_year not in years:
        raise Refused("wrong_intake", "On change de formation dans la même école, cette année scolaire ou la suivante.")
    if reasons_against(pupil.birth_month, starts_on=max(on, to.starts_on), programme=programme):
        raise Refused("not_eligible", "Ce jeune n’a pas encore l’âge que demandent les machines de cette formation.")
    starts_on = to.starts_on if enrolment.status is EnrolmentStatus.DUE else None
    return [StudentChangedProgramme(**{**about(pupil, enrolment, on), **year_in(to, programme), "starts_on": starts_on})]


def complete(pupil: Pupil, *, school: str | None, on: date) -> list[Event]:
    """Went to the end of the programme, with or without the diploma."""
    enrolment = pupil.last(school)
    if enrolment.status is EnrolmentStatus.COMPLETED:
        return []
    may(enrolment, Verb.COMPLETE, on)
    if not enrolment.now.last_year:
        raise Refused("not_last_year", "Ce parcours n’est pas dans sa dernière année.")
    return [StudentCompleted(**about(pupil, enrolment, on))]


def about(pupil: Pupil, enrolment: Enrolment, on: date) -> dict[str, Any]:
    """What every event about a pupil says."""
    return {
        "enrolment_id": enrolment.enrolment_id, "young_id": pupil.young_id, "school": enrolment.school,
        "programme": enrolment.now.programme, "on": on,
    }  # fmt: skip


def year_in(intake: Intake, programme: Programme) -> dict[str, Any]:
    """A year of study in this intake, as events say it."""
    return {
        "intake_id": intake.intake_id, "programme": intake.programme, "school_year": intake.school_year,
        "year_of_study": intake.year_of_study, "last_year": intake.year_of_study == programme.years,
    }  # fmt: skip


def may(enrolment: Enrolment, verb: Verb, on: date) -> None:
    """Raise Refused, with the status, where the table does not allow the verb, or with the day where another came after."""
    if verb not in ALLOWED[enrolment.status]:
        raise Refused("not_allowed", f"Un parcours au stade « {FRENCH[enrolment.status]} » ne permet pas cette action.")
    not_before(enrolment.since, on)


def not_before(day: date | None, on: date) -> None:
    """Raise Refused where something is said to have happened before a day that is known."""
    if day and on < day:
        raise Refused("before_previous_step", f"Le {on:%d/%m/%Y} précède le {day:%d/%m/%Y}, dernier jour connu de ce parcours.")


def _same_programme_next_year(enrolment: Enrolment, to: Intake, *, year_of_study: int) -> None:
    wanted = (enrolment.school, enrolment.now.programme, following(enrolment.now.school_year), year_of_study)
    if (to.school, to.programme, to.school_year, to.year_of_study) != wanted:
        raise Refused(
            "wrong_intake", f"Il faut la rentrée {wanted[2]} de la même formation, en année {year_of_study} du parcours."
        )
