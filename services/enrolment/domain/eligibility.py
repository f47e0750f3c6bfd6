"""Who may enter a programme, and in which order: computed for the day the intake starts."""

from datetime import date

from services.enrolment.domain.school import Programme
from shared.events.applications import IneligibleReason
from shared.events.referral import ReferralSubmitted, Situation
from shared.kernel.calendar import age_on

OPEN_FROM = 14
MACHINES_FROM = 15
"""Code du travail, D. 4153-15 and after: regulated works are for those who have turned 15."""


def reasons_against(birth_month: str, *, starts_on: date, programme: Programme) -> tuple[IneligibleReason, ...]:
    """Every reason why someone may not enter a programme that starts on a day."""
    age = age_on(birth_month, starts_on)
    reasons = []
    if age < OPEN_FROM:
        reasons.append(IneligibleReason.TOO_YOUNG)
    if age < MACHINES_FROM and programme.dangerous_machines:
        reasons.append(IneligibleReason.TOO_YOUNG_FOR_MACHINES)
    return tuple(reasons)


def priority_of(referral: ReferralSubmitted, *, starts_on: date) -> int:
    """1: out of school and 15 to 18 when the intake starts; 2: 15 to 18; 3: the others."""
    if not 15 <= age_on(referral.birth_month, starts_on) <= 18:
        return 3
    return 1 if referral.situation is Situation.OUT_OF_SCHOOL else 2
