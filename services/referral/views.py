"""What an agency reads of its referrals: its own words back, each application in French, and what came of it.

Of an application that another referral had opened before, nothing is shown that is older than this referral.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import takewhile
from uuid import UUID

from pydantic import BaseModel

from services.referral import labels
from services.referral.domain.answer import OBSOLETE, conclude
from services.referral.domain.journey import Journey, Schooling, Standing, Step, Wishes
from services.referral.domain.person import Identity, Sent, to_complete
from services.referral.domain.referral import Referral, Status, status
from shared.events.applications import UnopenedCode
from shared.events.referral import AgencyKind, Answer, RefusalCode, Situation, Wish

ENTRY_AND_DIPLOMA = frozenset({"started", "did_not_start", "diploma_obtained", "diploma_failed"})
NOTHING: frozenset[str] = frozenset()
LATER_SEEN: Mapping[AgencyKind, frozenset[str]] = {
    AgencyKind.CIO: frozenset(labels.LATER),
    AgencyKind.MISSION_LOCALE: frozenset(labels.LATER),
    AgencyKind.MLDS: frozenset(labels.LATER),
    AgencyKind.PSAD: frozenset(labels.LATER),
    AgencyKind.COLLEGE: ENTRY_AND_DIPLOMA,
    AgencyKind.SOCIAL_SERVICE: NOTHING,
    AgencyKind.EMPLOYER: NOTHING,
}
"""What comes back after the answer, by kind of agency."""
OF_OTHERS = (UnopenedCode.ALREADY_ENROLLED, UnopenedCode.ALREADY_ANSWERED)
"""What an agency understands only of someone for whom it had an application opened itself."""


class AnswerResponse(BaseModel):
    answer: Answer
    code: RefusalCode | None
    on: date
    sentence: str


class WishResponse(Wish):
    unopened: UnopenedCode | None = None
    sentence: str | None = None


class ApplicationResponse(BaseModel):
    intake_id: UUID
    school: str
    programme: str
    school_year: str | None
    status: Standing
    code: str | None
    since: date
    until: date | None
    sentence: str


class StepResponse(BaseModel):
    on: date
    step: str
    intake_id: UUID | None = None
    school: str | None = None
    sentence: str


class ReferralResponse(BaseModel):
    """A referral, as its own agency reads it."""

    referral_id: UUID
    young_id: UUID
    agency: str
    status: Status
    sentence: str
    answer: AnswerResponse | None
    submitted_on: date
    withdrawal_requested_on: date | None
    situation: Situation
    out_of_school_since: date | None
    department: str
    wishes: list[WishResponse]
    to_complete: list[str]
    identity: Identity
    informed_on: date
    counsellor: str
    applications: list[ApplicationResponse]


class ReferralInFullResponse(ReferralResponse):
    timeline: list[StepResponse]
    later: list[StepResponse]


class PageResponse(BaseModel):
    items: list[ReferralResponse]
    page: int
    pages: int
    total: int


def show(referral: Referral, journey: Journey, sent: Mapping[UUID, Sent], *, today: date) -> ReferralResponse:
    """The referral's state. `sent` holds, by referral, all that was sent of this person (or more), in the order of arrival."""
    journey, own = _discreet(journey, referral, sent), sent[referral.referral_id]
    now, ending = status(journey, referral.referral_id), conclude(journey, referral.referral_id)
    wishes = journey.wishes.get(referral.referral_id)
    return ReferralResponse(
        **referral.model_dump(exclude={"wishes", "ending", "birth_month"}), status=now, sentence=labels.STATUSES[now],
        answer=AnswerResponse(**ending.model_dump(), sentence=labels.of_ending(ending)) if ending else None,
        wishes=list(_wishes(referral, wishes)), to_complete=to_complete(own.identity, today=today),
        identity=own.identity, informed_on=own.informed_on, counsellor=own.counsellor,
        applications=list(_applications(journey, referral, wishes)) if wishes else [],
    )  # fmt: skip


def show_in_full(
    referral: Referral, journey: Journey, sent: Mapping[UUID, Sent], *, kind: AgencyKind, today: date
) -> ReferralInFullResponse:
    """The referral's state, its steps by date, and what came later as far as this kind of agency is told."""
    shown = show(referral, journey, sent, today=today)
    return ReferralInFullResponse(
        **dict(shown), timeline=list(_timeline(referral, journey)), later=list(_later(referral, journey, LATER_SEEN[kind]))
    )


def _discreet(journey: Journey, referral: Referral, sent: Mapping[UUID, Sent]) -> Journey:
    """The journey as this referral may show it: a wish that other agencies' referrals kept from opening found nothing open."""
    wishes = journey.wishes.get(referral.referral_id)
    if wishes is None or _had_opened(journey, referral, sent):
        return journey
    neutral = tuple(
        one.model_copy(update={"code": UnopenedCode.NO_OPEN_INTAKE}) if one.code in OF_OTHERS else one for one in wishes.unopened
    )
    shown = wishes.model_copy(update={"unopened": neutral})
    return journey.model_copy(update={"wishes": {**journey.wishes, referral.referral_id: shown}})


def _had_opened(journey: Journey, referral: Referral, sent: Mapping[UUID, Sent]) -> bool:
    """Whether an earlier referral of the same person by the same agency opened an application."""
    earlier = takewhile(lambda one: one.referral_id != referral.referral_id, sent.values())
    own = [journey.wishes.get(one.referral_id) for one in earlier if one.agency == referral.agency]
    return any(wishes and wishes.opened for wishes in own)


def _wishes(referral: Referral, wishes: Wishes | None) -> Iterator[WishResponse]:
    codes = {one.wish: one.code for one in wishes.unopened} if wishes else {}
    for rank, wish in enumerate(referral.wishes, start=1):
        code = codes.get(rank)
        yield WishResponse(**wish.model_dump(), unopened=code, sentence=labels.UNOPENED[code] if code else None)


def _applications(journey: Journey, referral: Referral, wishes: Wishes) -> Iterator[ApplicationResponse]:
    for intake_id in wishes.opened:
        candidacy = journey.candidacies.get(intake_id)
        steps = candidacy.steps_of(referral.referral_id) if candidacy else []
        if candidacy and steps:
            last, where = steps[-1], candidacy.model_dump(include={"school", "programme", "school_year"})
            yield ApplicationResponse(
                intake_id=intake_id, **where, status=last.standing, code=_code(last), since=max(last.on, wishes.on),
                until=last.until, sentence=labels.of_step(last),
            )  # fmt: skip


def _code(step: Step) -> str | None:
    """The code of a refusal; an agency is not told that its applicant was referred, or enrolled, by others."""
    return OBSOLETE[step.code][1] if step.standing is Standing.OBSOLETE else step.code


def _timeline(referral: Referral, journey: Journey) -> list[StepResponse]:
    steps = [StepResponse(on=referral.submitted_on, step="submitted", sentence="Orientation transmise.")]
    wishes = journey.wishes.get(referral.referral_id)
    if wishes:
        steps.append(StepResponse(on=wishes.on, step="wishes_answered", sentence="Les vœux sont transmis aux écoles."))
        for intake_id in wishes.opened:
            steps += _steps(journey, referral, intake_id, wishes.on)
    if referral.withdrawal_requested_on:
        asked = StepResponse(on=referral.withdrawal_requested_on, step="withdrawal_requested", sentence="Retrait demandé.")
        steps.append(asked)
    return sorted(steps, key=lambda step: step.on)


def _steps(journey: Journey, referral: Referral, intake_id: UUID, since: date) -> Iterator[StepResponse]:
    candidacy = journey.candidacies.get(intake_id)
    if candidacy is None:
        return
    for step in candidacy.steps_of(referral.referral_id):
        if step.on >= since:
            yield StepResponse(
                on=step.on, step=step.standing, intake_id=intake_id, school=candidacy.school, sentence=labels.of_step(step)
            )


def _later(referral: Referral, journey: Journey, seen: frozenset[str]) -> list[StepResponse]:
    intakes = journey.intakes_of(referral.referral_id)
    own = [one for one in journey.schoolings.values() if one.intake_id in intakes]
    return sorted((step for schooling in own for step in _years(schooling, seen)), key=lambda step: step.on)


def _years(schooling: Schooling, seen: frozenset[str]) -> Iterator[StepResponse]:
    for one in schooling.steps:
        if one.step in seen:
            yield StepResponse(on=one.on, step=one.step, intake_id=schooling.intake_id, sentence=labels.of_later(one))
