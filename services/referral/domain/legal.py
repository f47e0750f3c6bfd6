"""What the law asks for after a minor out of school was reported (« signalement »): nothing runs where its day is not given.

Obligation de formation, from 16 to 18 (Code de l’éducation, L. 114-1, R. 114-1 and after: décret 2020-978): without a solution
within two months of being called in, the mission locale tells the département. The day of that call is not known here: the two
months shown are counted from the signalement, so that nobody is reminded too late, and are said to be. Under 16, schooling is
compulsory (L. 131-1): the duty is shown, and no delay, for the law gives none.
"""

from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from services.referral.domain.answer import Ending
from services.referral.domain.person import MAJORITY, Said
from shared.events.referral import Answer, Situation
from shared.kernel.calendar import age_at, months_after

FORMATION_FROM = 16
MONTHS = 2


class Duty(StrEnum):
    INSTRUCTION = "instruction"
    FORMATION = "formation"


class DelayState(StrEnum):
    RUNNING = "running"
    LATE = "late"
    FULFILLED = "fulfilled"
    """Enrolled in a school."""
    OF_AGE = "of_age"
    """The duty ended with majority."""


class LegalDelay(BaseModel):
    """A duty, the day of the signalement, and the last day of its delay, where it has one."""

    model_config = ConfigDict(frozen=True)
    duty: Duty
    since: date
    due_on: date | None
    state: DelayState


def legal_delay(said: Said, situation: Situation, ending: Ending | None, *, today: date) -> LegalDelay | None:
    """The delay of a minor out of school, by their age on the day of the signalement; None where no such day was given."""
    reported_on, born = said.reported_on, said.identity.birth_date
    if reported_on is None or situation is not Situation.OUT_OF_SCHOOL or age_at(born, reported_on) >= MAJORITY:
        return None
    formation = age_at(born, reported_on) >= FORMATION_FROM
    due_on = months_after(reported_on, MONTHS) if formation else None
    duty = Duty.FORMATION if formation else Duty.INSTRUCTION
    return LegalDelay(duty=duty, since=reported_on, due_on=due_on, state=_state(born, due_on, ending, today))


def _state(born: date, due_on: date | None, ending: Ending | None, today: date) -> DelayState:
    if ending and ending.answer is Answer.ENROLLED:
        return DelayState.FULFILLED
    if age_at(born, today) >= MAJORITY:
        return DelayState.OF_AGE
    return DelayState.LATE if due_on and today > due_on else DelayState.RUNNING
