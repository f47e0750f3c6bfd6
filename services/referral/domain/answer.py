"""How a referral ends: one answer out of all its applications; and where it stands until then."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.referral.domain.applications import ApplicationHistory
from services.referral.domain.journey import AnsweredWishes, Journey
from services.referral.domain.steps import Step
from shared.events.applications import ApplicationStatus, UnopenedCode
from shared.events.referral import Answer, AnsweredBy, RefusalCode


class ReferralStatus(StrEnum):
    """Where a referral stands, computed from its journey: an answer taken back puts it in progress again."""

    SUBMITTED = "submitted"
    IN_PROGRESS = "in_progress"
    CLOSED = "closed"


class Ending(BaseModel):
    """The one answer that an agency gets, and the day it was complete."""

    model_config = ConfigDict(frozen=True)
    answer: Answer
    code: RefusalCode | None = None
    on: date
    answered_by: AnsweredBy | None = None
    """None in what an earlier build kept."""


ENDS: Mapping[ApplicationStatus, tuple[Answer, RefusalCode | None]] = {
    ApplicationStatus.ENROLLED: (Answer.ENROLLED, None),
    ApplicationStatus.INELIGIBLE: (Answer.REFUSED, RefusalCode.NOT_ELIGIBLE),
    ApplicationStatus.DECLINED: (Answer.DECLINED, None),
    ApplicationStatus.EXPIRED: (Answer.EXPIRED, None),
    ApplicationStatus.WITHDRAWN: (Answer.WITHDRAWN, None),
}
OBSOLETE: Mapping[str | None, tuple[Answer, RefusalCode | None]] = {
    "enrolled_elsewhere": (Answer.REFUSED, RefusalCode.CHOSE_OTHER_PATH),
    "intake_closed": (Answer.EXPIRED, None),
}
UNOPENED: Mapping[UnopenedCode, RefusalCode] = {
    UnopenedCode.NO_OPEN_INTAKE: RefusalCode.NO_PLACE,
    UnopenedCode.ALREADY_ENROLLED: RefusalCode.CHOSE_OTHER_PATH,
    UnopenedCode.ALREADY_ANSWERED: RefusalCode.OTHER,
    UnopenedCode.UNKNOWN_PROGRAMME: RefusalCode.NO_PLACE,
}
PRECEDENCE = (Answer.ENROLLED, Answer.REFUSED, Answer.DECLINED, Answer.EXPIRED, Answer.WITHDRAWN)
REFUSERS = (ApplicationStatus.REFUSED, ApplicationStatus.INELIGIBLE, ApplicationStatus.OBSOLETE)
"""Of several refusals, a school's own word says most, then computed ineligibility, then another path."""
BY_A_PERSON = frozenset(
    {
        ApplicationStatus.INTERVIEW_PLANNED, ApplicationStatus.IMMERSION_PLANNED, ApplicationStatus.IMMERSION_ENDED,
        ApplicationStatus.ADMISSIBLE, ApplicationStatus.WAITLISTED, ApplicationStatus.OFFERED, ApplicationStatus.ENROLLED,
        ApplicationStatus.REFUSED,
    }
)  # fmt: skip
"""What a person of the school said yes, no or « come » by."""


def status(journey: Journey, referral_id: UUID) -> ReferralStatus:
    """Where the referral stands after what was heard."""
    if referral_id not in journey.wishes:
        return ReferralStatus.SUBMITTED
    return ReferralStatus.IN_PROGRESS if conclude(journey, referral_id) is None else ReferralStatus.CLOSED


def conclude(journey: Journey, referral_id: UUID) -> Ending | None:
    """The referral's answer, once its wishes are answered and every application that it opened has ended; else None."""
    wishes = journey.wishes.get(referral_id)
    if wishes is None:
        return None
    if not wishes.opened:
        return Ending(answer=Answer.REFUSED, code=_nothing_opened(wishes), on=wishes.last_on, answered_by=AnsweredBy.RULE)
    each = [_steps(journey.applications.get(intake_id), referral_id) for intake_id in wishes.opened]
    ends = [(steps[-1], end) for steps in each if steps and (end := _end(steps[-1]))]
    if len(ends) < len(each):
        return None
    last, (answer, code) = min(ends, key=lambda ended: _rank(*ended))
    on = max(wishes.last_on, *(last.on for last, _ in ends))
    return Ending(answer=answer, code=code, on=on, answered_by=_answered_by(last, each))


def _steps(application: ApplicationHistory | None, referral_id: UUID) -> tuple[Step, ...]:
    return application.steps_of(referral_id) if application else ()


def _answered_by(last: Step, each: Iterable[Sequence[Step]]) -> AnsweredBy:
    """Who ended a referral. `last` is the step that gives its answer; `each`, the steps of each of its applications."""
    if last.status is ApplicationStatus.WITHDRAWN and not last.by_school:
        return AnsweredBy.AGENCY
    if last.by_school or any(step.status in BY_A_PERSON for steps in each for step in steps):
        return AnsweredBy.SCHOOL
    computed = last.status is ApplicationStatus.INELIGIBLE or last.because == "enrolled_elsewhere"
    return AnsweredBy.RULE if computed else AnsweredBy.NOBODY


def _end(step: Step) -> tuple[Answer, RefusalCode | None] | None:
    match step.status:
        case ApplicationStatus.REFUSED:
            return Answer.REFUSED, step.code
        case ApplicationStatus.OBSOLETE:
            return OBSOLETE[step.because]
        case status:
            return ENDS.get(status)


def _rank(last: Step, end: tuple[Answer, RefusalCode | None]) -> tuple[int, int]:
    refuser = REFUSERS.index(last.status) if last.status in REFUSERS else len(REFUSERS)
    return PRECEDENCE.index(end[0]), refuser


def _nothing_opened(wishes: AnsweredWishes) -> RefusalCode:
    codes = {UNOPENED[wish.code] for wish in wishes.unopened}
    return next((code for code in UNOPENED.values() if code in codes), RefusalCode.OTHER)
