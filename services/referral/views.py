"""What referral shows: to an agency its own words back, each application in French and what came of it; to a school, who applied.

What may be shown is decided in the domain (visibility); here it gets its sentences.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from uuid import UUID

from pydantic import BaseModel

from services.referral import labels
from services.referral.domain.agency import Agency
from services.referral.domain.answer import Ending, ReferralStatus
from services.referral.domain.applications import Step
from services.referral.domain.enrolments import Milestone
from services.referral.domain.journey import Journey
from services.referral.domain.person import Identity, ProbableMatch, Representative, Sent, earlier_of, merged, to_complete
from services.referral.domain.referral import Referral
from services.referral.domain.visibility import ApplicationView, ReferralView, names_alone, reached, seen_by_agency
from shared.events.applications import ApplicationStatus, UnopenedCode
from shared.events.referral import AgencyKind, Answer, RefusalCode, Situation, Wish
from shared.kernel.caller import Caller


class AgencyResponse(Agency):
    """An agency under its public name."""


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


class ReferralInFullResponse(ReferralResponse):
    timeline: list[StepResponse]
    later: list[StepResponse]


class ReferralPageResponse(BaseModel):
    items: list[ReferralResponse]
    page: int
    pages: int
    total: int


class CounsellorResponse(BaseModel):
    agency: str
    counsellor: str


class IdentityResponse(BaseModel):
    """What a school reads of an applicant. The workshop gets the names alone, of pupils alone."""

    young_id: UUID
    family_name: str
    given_name: str
    birth_date: date | None = None
    commune: str | None = None
    phone: str | None = None
    email: str | None = None
    ine: str | None = None
    representative: Representative | None = None
    informed_on: date | None = None
    counsellors: list[CounsellorResponse] = []


class MatchResponse(ProbableMatch):
    """Young persons who are probably the same. Ids only."""


def show_referral(
    referral: Referral, journey: Journey, sent: Mapping[UUID, Sent], *, kind: AgencyKind, today: date
) -> ReferralResponse:
    """A referral for its agency. `sent` holds, by referral, all that was sent of this person (or more), in order of arrival."""
    return _referral(referral, _view(referral, journey, sent, kind), sent[referral.referral_id], today)


def show_in_full(
    referral: Referral, journey: Journey, sent: Mapping[UUID, Sent], *, kind: AgencyKind, today: date
) -> ReferralInFullResponse:
    """The same, with its steps by date, and what came later as far as this kind of agency is told."""
    view = _view(referral, journey, sent, kind)
    response = _referral(referral, view, sent[referral.referral_id], today)
    return ReferralInFullResponse(**dict(response), timeline=_timeline(referral, view), later=_later(view))


def show_identity(caller: Caller, young_id: UUID, journey: Journey, sent: Sequence[Sent]) -> IdentityResponse:
    """Who someone is, for a school that may know: with the counsellors of the referrals that reached it."""
    identity = merged(sent)
    if names_alone(caller):
        return IdentityResponse(young_id=young_id, family_name=identity.family_name, given_name=identity.given_name)
    counsellors = {
        each.agency: CounsellorResponse(agency=each.agency, counsellor=each.counsellor)
        for each in sent
        if reached(journey, each.referral_id, caller.tenant)
    }
    return IdentityResponse(
        young_id=young_id, **dict(identity), informed_on=sent[-1].informed_on, counsellors=list(counsellors.values())
    )


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
    sentence = labels.ANSWERS[ending.answer]
    if ending.code is not None:
        sentence = f"{sentence} : {labels.REFUSALS[ending.code]}."
    return AnswerResponse(**dict(ending), sentence=sentence)


def _wish(wish: Wish, code: UnopenedCode | None) -> WishResponse:
    return WishResponse(**dict(wish), unopened=code, sentence=labels.UNOPENED[code] if code else None)


def _application(view: ApplicationView) -> ApplicationResponse:
    step = view.current
    return ApplicationResponse(
        intake_id=view.intake_id, school=view.school, programme=view.programme, school_year=view.school_year,
        status=step.status, code=step.code, since=view.since, until=step.until, sentence=_of_step(step),
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
            yield StepResponse(
                on=step.on, step=step.status, intake_id=view.intake_id, school=view.school, sentence=_of_step(step)
            )


def _later(view: ReferralView) -> list[StepResponse]:
    steps = [
        StepResponse(on=milestone.on, step=milestone.kind, intake_id=enrolment.intake_id, sentence=_of_milestone(milestone))
        for enrolment in view.enrolments
        for milestone in enrolment.milestones
    ]
    return sorted(steps, key=lambda step: step.on)


def _of_step(step: Step) -> str:
    """An application's step, as its agency reads it."""
    if step.reopened:
        return labels.REOPENED
    match step.status:
        case ApplicationStatus.INELIGIBLE:
            return f"Non recevable : {', '.join(labels.INELIGIBILITY[reason] for reason in step.reasons)}."
        case ApplicationStatus.INTERVIEW_PLANNED:
            return f"Entretien prévu le {step.planned_on:%d/%m/%Y}."
        case ApplicationStatus.IMMERSION_PLANNED:
            return f"Immersion prévue du {step.planned_on:%d/%m/%Y} au {step.until:%d/%m/%Y}."
        case ApplicationStatus.OFFERED:
            return f"Une place est proposée, à confirmer au plus tard le {step.until:%d/%m/%Y}."
        case ApplicationStatus.REFUSED if step.code:
            return f"Refusée : {labels.REFUSALS[step.code]}."
        case ApplicationStatus.OBSOLETE:
            return f"Sans suite : {labels.REFUSALS[step.code] if step.code else 'la rentrée est close'}."
        case status:
            return labels.APPLICATION_STATUSES[status]


def _of_milestone(milestone: Milestone) -> str:
    """A pupil's milestone, as the referring agency reads it."""
    label = labels.MILESTONES[milestone.kind]
    if milestone.code:
        return f"{label} : {labels.INTERRUPTIONS[milestone.code]}."
    if milestone.situation:
        return f"{label} à {milestone.horizon} mois : {labels.OUTCOMES[milestone.situation]}."
    return f"{label}."
