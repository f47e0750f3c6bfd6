"""Who may enter a programme, and in which order: computed for the day of entry."""

from datetime import date

from services.enrolment.domain.application import Standing
from services.enrolment.domain.intake import Intake
from services.enrolment.domain.school import Programme
from shared.events.applications import IneligibleReason
from shared.kernel.calendar import age_on

OPEN_FROM = 14
MACHINES_FROM = 15
"""Code du travail, D. 4153-15 and after: regulated works are for those who have turned 15."""


def day_of_entry(intake: Intake, standing: Standing | None, on: date) -> date:
    """When someone who applies, or enrols, on a day would enter: the intake's first day or a later one that the school agreed on.

    Where that is past, the day itself.
    """
    agreed = standing.entry_on if standing else None
    return max(agreed or intake.starts_on, intake.starts_on, on)


def reasons_against(birth_month: str, *, entry_on: date, programme: Programme) -> tuple[IneligibleReason, ...]:
    """Every reason why someone may not enter a programme on a day."""
    age = age_on(birth_month, entry_on)
    reasons = []
    if age < OPEN_FROM:
        reasons.append(IneligibleReason.TOO_YOUNG)
    if age < MACHINES_FROM and programme.dangerous_machines:
        reasons.append(IneligibleReason.TOO_YOUNG_FOR_MACHINES)
    if programme.oldest is not None and age > programme.oldest:
        reasons.append(IneligibleReason.TOO_OLD)
    return tuple(reasons)


def priority_of(birth_month: str, *, out_of_school: bool, entry_on: date) -> int:
    """1: out of school and 15 to 18 on the day of entry; 2: 15 to 18; 3: the others."""
    if not 15 <= age_on(birth_month, entry_on) <= 18:
        return 3
    return 1 if out_of_school else 2
