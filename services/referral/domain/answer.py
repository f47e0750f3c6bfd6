"""How a referral ends: one answer out of all its applications."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from pydantic import BaseModel

from services.referral.domain.journey import Candidacy, Journey, Standing, Step, Wishes
from shared.events.applications import UnopenedCode
from shared.events.referral import Answer, RefusalCode


class Ending(BaseModel):
    """The one answer that an agency gets, and the day it was complete."""

    answer: Answer
    code: RefusalCode | None = None
    on: date


ENDS: Mapping[Standing, tuple[Answer, RefusalCode | None]] = {
    Standing.ENROLLED: (Answer.ENROLLED, None),
    Standing.REFUSED: (Answer.REFUSED, None),  # with the step's own code
    Standing.INELIGIBLE: (Answer.REFUSED, RefusalCode.NOT_ELIGIBLE),
    Standing.DECLINED: (Answer.DECLINED, None),
    Standing.EXPIRED: (Answer.EXPIRED, None),
    Standing.WITHDRAWN: (Answer.WITHDRAWN, None),
}
OBSOLETE: Mapping[str | None, tuple[Answer, RefusalCode | None]] = {
    "enrolled_elsewhere": (Answer.REFUSED, RefusalCode.CHOSE_OTHER_PATH),
    "intake_closed": (Answer.EXPIRED, None),
}
UNOPENED: Mapping[UnopenedCode, RefusalCode] = {
    UnopenedCode.NO_OPEN_INTAKE: RefusalCode.NO_PLACE,
    UnopenedCode.ALREADY_ENROLLED: RefusalCode.CHOSE_OTHER_PATH,
    UnopenedCode.ALREADY_ANSWERED: RefusalCode.OTHER,
    UnopenedCode.UNKNOWN_PROGRAMME: RefusalCode.OTHER,
}
MOST_TELLING = (Answer.ENROLLED, Answer.REFUSED, Answer.DECLINED, Answer.EXPIRED, Answer.WITHDRAWN)
REFUSERS = (Standing.REFUSED, Standing.INELIGIBLE, Standing.OBSOLETE)
"""Of several refusals, a school's own word says most, then computed ineligibility, then another path."""


def conclude(journey: Journey, referral_id: UUID) -> Ending | None:
    """The referral's answer, once its wishes are answered and every application that it opened has ended; else None."""
    wishes = journey.wishes.get(referral_id)
    if wishes is None:
        return None
    if not wishes.opened:
        return Ending(answer=Answer.REFUSED, code=_nothing_opened(wishes), on=wishes.on)
    lasts = [_last(journey.candidacies.get(intake_id), referral_id) for intake_id in wishes.opened]
    ends = [(last, end) for last in lasts if last is not None and (end := _end(last))]
    if len(ends) < len(lasts):
        return None
    _, (answer, code) = min(ends, key=lambda one: _rank(*one))
    return Ending(answer=answer, code=code, on=max(wishes.on, *(last.on for last, _ in ends)))


def _last(candidacy: Candidacy | None, referral_id: UUID) -> Step | None:
    steps = candidacy.steps_of(referral_id) if candidacy else []
    return steps[-1] if steps else None


def _end(step: Step) -> tuple[Answer, RefusalCode | None] | None:
    if step.standing is Standing.REFUSED and step.code is not None:
        return Answer.REFUSED, RefusalCode(step.code)
    if step.standing is Standing.OBSOLETE:
        return OBSOLETE[step.code]
    return ENDS.get(step.standing)


def _rank(last: Step, end: tuple[Answer, RefusalCode | None]) -> tuple[int, int]:
    refuser = REFUSERS.index(last.standing) if last.standing in REFUSERS else len(REFUSERS)
    return MOST_TELLING.index(end[0]), refuser


def _nothing_opened(wishes: Wishes) -> RefusalCode:
    codes = {UNOPENED[one.code] for one in wishes.unopened}
    return next((code for code in UNOPENED.values() if code in codes), RefusalCode.OTHER)
