"""A referral as its agency reads it: its own words back, each application in French, and what came of it.

What may be shown is decided in the domain (visibility).
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from services.referral import labels
from services.referral.domain.answer import Ending, ReferralStatus
from services.referral.domain.journey import Journey
from services.referral.domain.person import Identity, Sent, earlier_of, to_complete
from services.referral.domain.referral import Referral
from services.referral.domain.visibility import ApplicationView, ReferralView, seen_by_agency
from services.referral.views.sentences import of_ending, of_milestone, of_step
from shared.events.applications import ApplicationStatus, UnopenedCode
from shared.events.referral import AgencyKind, Answer, RefusalCode, Situation, Wish


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
    status: ApplicationStatus
    code: RefusalCode | None
    since: date
    until: date | None
    sentence: str


class StepResponse(BaseModel):
    """One line of a referral's story: `step` is an application's status, a milestone, or what the agency did."""

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
    status: ReferralStatus
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


class WarningResponse(BaseModel):
    """Accepted, and yet to be looked at: an earlier referral of the same agency, under the same names and birth date."""

    code: Literal["already_referred"] = "already_referred"
    sentence: str
    referral_id: UUID
    submitted_on: date


class ReferralInFullResponse(ReferralResponse):
    timeline: list[StepResponse]
    later: list[StepResponse]
    warnings: list[WarningResponse] = []


class ReferralPageResponse(BaseModel):
    items: list[ReferralResponse]
    page: int
    pages: int
    total: int


def show_referral(
    referral: Referral, journey: Journey, sent: Mapping[UUID, Sent], *, kind: AgencyKind, today: date
) -> ReferralResponse:
    """A referral for its agency. `sent` holds, by referral, all that was sent of this person (or more), in order of arrival."""
    return _referral(referral, _view(referral, journey, sent, kind), sent[referral.referral_id], today)


def show_in_full(
    referral: Referral,
    journey: Journey,
    sent: Mapping[UUID, Sent],
    *,
    kind: AgencyKind,
    today: date,
    earlier: Referral | None = None,
) -> ReferralInFullResponse:
    """The same, with its steps by date, and what came later as far as this kind of agency is told; `earlier`: to be warned of."""
    view = _view(referral, journey, sent, kind)
    response = _referral(referral, view, sent[referral.referral_id], today)
    warnings = [_already_referred(earlier)] if earlier else []
    return ReferralInFullResponse(**dict(response), timeline=_timeline(referral, view), later=_later(view), warnings=warnings)


def _already_referred(earlier: Referral) -> WarningResponse:
    sentence = labels.ALREADY_REFERRED.format(on=earlier.submitted_on)
    return WarningResponse(sentence=sentence, referral_id=earlier.referral_id, submitted_on=earlier.submitted_on)


def _view(referral: Referral, journey: Journey, sent: Mapping[UUID, Sent], kind: AgencyKind) -> ReferralView:
    earlier = earlier_of(sent.values(), referral.referral_id)
    return seen_by_agency(journey, referral.referral_id, kind=kind, earlier=earlier)


def _referral(referral: Referral, view: ReferralView, own: Sent, today: date) -> ReferralResponse:
    return ReferralResponse(
        **referral.model_dump(exclude={"wishes", "ending", "birth_month"}),
        status=view.status, sentence=labels.REFERRAL_STATUSES[view.status],
        answer=_answer(view.ending) if view.ending else None,
        wishes=[_wish(wish, view.unopened.get(rank)) for rank, wish in enumerate(referral.wishes, start=1)],
        to_complete=to_complete(own.identity, today=today),
        identity=own.identity, informed_on=own.informed_on, counsellor=own.counsellor,
        applications=[_application(application) for application in view.applications],
    )  # fmt: skip


def _answer(ending: Ending) -> AnswerResponse:
    return AnswerResponse(**dict(ending), sentence=of_ending(ending))


def _wish(wish: Wish, code: UnopenedCode | None) -> WishResponse:
    return WishResponse(**dict(wish), unopened=code, sentence=labels.UNOPENED[code] if code else None)


def _application(view: ApplicationView) -> ApplicationResponse:
    step = view.current
    return ApplicationResponse(
        intake_id=view.intake_id, school=view.school, programme=view.programme, school_year=view.school_year,
        status=step.status, code=step.code, since=view.since, until=step.until, sentence=of_step(step),
    )  # fmt: skip


def _timeline(referral: Referral, view: ReferralView) -> list[StepResponse]:
    steps = [StepResponse(on=referral.submitted_on, step="submitted", sentence="Orientation transmise.")]
    if view.answered_on:
        sentence = "Les vœux sont transmis aux écoles."
        steps.append(StepResponse(on=view.answered_on, step="wishes_answered", sentence=sentence))
    steps += _steps(view.applications)
    if day := referral.withdrawal_requested_on:
        steps.append(StepResponse(on=day, step="withdrawal_requested", sentence="Retrait demandé."))
    return sorted(steps, key=lambda step: step.on)


def _steps(applications: Iterable[ApplicationView]) -> Iterator[StepResponse]:
    for view in applications:
        for step in view.steps:
            yield StepResponse(on=step.on, step=step.status, intake_id=view.intake_id, school=view.school, sentence=of_step(step))


def _later(view: ReferralView) -> list[StepResponse]:
    steps = [
        StepResponse(on=milestone.on, step=milestone.kind, intake_id=enrolment.intake_id, sentence=of_milestone(milestone))
        for enrolment in view.enrolments
        for milestone in enrolment.milestones
    ]
    return sorted(steps, key=lambda step: step.on)
