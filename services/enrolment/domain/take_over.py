"""A school that joins takes over the pupils whom it has already, with their past dates and without a referral."""

from datetime import date
from uuid import UUID

from services.enrolment.domain.eligibility import reasons_against
from services.enrolment.domain.intake import Intake
from services.enrolment.domain.pupil import Pupil, PupilEvent, common_fields, evolve
from services.enrolment.domain.pupils import enrol
from services.enrolment.domain.school import Programme
from shared.events.students import StudentStarted
from shared.kernel.calendar import BirthMonth, school_year_of
from shared.kernel.errors import Invalid, Refused

LONGEST = 4
"""School years that may have passed since the entry: three years of study, and one done again."""


def take_over(
    pupil: Pupil | None,
    *,
    young_id: UUID,
    birth_month: BirthMonth,
    intake: Intake,
    programme: Programme,
    enrolled_on: date,
    started_on: date,
) -> list[PupilEvent]:
    """Enrolled and started on past days, now in the year of study of this intake. Taken over already, nothing more."""
    if pupil is not None:
        return []
    _ensure_in_order(intake, enrolled_on, started_on)
    if reasons_against(birth_month, entry_on=started_on, programme=programme):
        sentence = f"Ce jeune n’avait pas l’âge que demande cette formation le {started_on:%d/%m/%Y}."
        raise Refused("not_eligible", sentence)
    (enrolled,) = enrol(pupil, young_id=young_id, birth_month=birth_month, intake=intake, programme=programme, on=enrolled_on)
    enrolled = enrolled.model_copy(update={"starts_on": enrolled_on})  # the start can be mended, down to that day
    due = evolve(None, enrolled)
    return [enrolled, StudentStarted(**common_fields(due, due.enrolments[-1], started_on))]


def _ensure_in_order(intake: Intake, enrolled_on: date, started_on: date) -> None:
    if started_on < enrolled_on:
        sentence = "L’entrée précède l’inscription."
        raise Invalid("inconsistent", sentence, fields={"started_on": sentence})
    passed = int(intake.school_year[:4]) - int(school_year_of(started_on)[:4])
    if not 0 <= passed < LONGEST:
        sentence = f"Qui est entré le {started_on:%d/%m/%Y} n’est pas dans l’année {intake.school_year}."
        raise Invalid("inconsistent", sentence, fields={"started_on": sentence})
