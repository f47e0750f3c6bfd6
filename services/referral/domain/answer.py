"""How a referral ends: one answer out of all its applications; and where it stands until then."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.referral.domain.applications import ApplicationHistory, Step
from services.referral.domain.journey import AnsweredWishes, Journey
from shared.events.applications import ApplicationStatus, UnopenedCode
from shared.events.referral import Answer, RefusalCode


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
        return Ending(answer=Answer.REFUSED, code=_nothing_opened(wishes), on=wishes.on)
    lasts = [_last(journey.applications.get(intake_id), referral_id) for intake_id in wishes.opened]
    ends = [(last, end) for last in lasts if last is not None and (end := _end(last))]
    if len(ends) < len(lasts):
        return None
    _, (answer, code) = min(ends, key=lambda ended: _rank(*ended))
    return Ending(answer=answer, code=code, on=max(wishes.on, *(last.on for last, _ in ends)))


def _last(application: ApplicationHistory | None, referral_id: UUID) -> Step | None:
    steps = application.steps_of(referral_id) if application else ()
    return steps[-1] if steps else None


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
