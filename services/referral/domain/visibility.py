"""Who sees what of referral: an agency, of its own referrals; a school, of who applied there. For every channel.

An agency does not learn that others referred the same person, nor more of what came later than its kind is told.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.referral.domain.answer import OBSOLETE, Ending, ReferralStatus, conclude, status
from services.referral.domain.applications import Step
from services.referral.domain.enrolments import EnrolmentHistory
from services.referral.domain.journey import AnsweredWishes, Journey
from services.referral.domain.milestones import MilestoneKind
from shared.events.applications import ApplicationStatus, UnopenedCode
from shared.events.referral import AgencyKind
from shared.kernel.caller import Caller, TenantFilter
from shared.kernel.identifiers import Slug

ALL = frozenset(MilestoneKind)
ENTRY_AND_DIPLOMA = frozenset(
    {
        MilestoneKind.STARTED,
        MilestoneKind.DID_NOT_START,
        MilestoneKind.GAVE_UP,
        MilestoneKind.DIPLOMA_OBTAINED,
        MilestoneKind.DIPLOMA_FAILED,
    }
)
NOTHING: frozenset[MilestoneKind] = frozenset()
MILESTONES_SEEN: Mapping[AgencyKind, frozenset[MilestoneKind]] = {
    AgencyKind.CIO: ALL,
    AgencyKind.MISSION_LOCALE: ALL,
    AgencyKind.MLDS: ALL,
    AgencyKind.PSAD: ALL,
    AgencyKind.COLLEGE: ENTRY_AND_DIPLOMA,
    AgencyKind.SOCIAL_SERVICE: NOTHING,
    AgencyKind.EMPLOYER: NOTHING,
}
"""What comes back after the answer, by kind of agency."""
OF_OTHERS = (UnopenedCode.ALREADY_ENROLLED, UnopenedCode.ALREADY_ANSWERED)
"""What an agency understands only of someone for whom it had an application opened itself."""


class ApplicationView(BaseModel):
    """One application as a referral may show it. Of one that another had opened before, no step older than this referral."""

    model_config = ConfigDict(frozen=True)
    intake_id: UUID
    school: Slug
    programme: Slug
    school_year: str | None
    current: Step
    since: date
    steps: tuple[Step, ...]


class ReferralView(BaseModel):
    """What the agency of one referral sees of the journey."""

    model_config = ConfigDict(frozen=True)
    status: ReferralStatus
    ending: Ending | None
    answered_on: date | None
    """When enrolment answered the wishes."""
    unopened: Mapping[int, UnopenedCode]
    """By rank of a wish that opened nothing: why."""
    applications: tuple[ApplicationView, ...]
    enrolments: tuple[EnrolmentHistory, ...]


def seen_by_agency(journey: Journey, referral_id: UUID, *, kind: AgencyKind, earlier: Collection[UUID]) -> ReferralView:
    """The one view of a referral. `earlier` are those that its own agency had made before of the same person."""
    wishes = _discreet(journey, referral_id, earlier)
    if wishes:
        journey = journey.model_copy(update={"wishes": {**journey.wishes, referral_id: wishes}})
    return ReferralView(
        status=status(journey, referral_id),
        ending=conclude(journey, referral_id),
        answered_on=wishes.on if wishes else None,
        unopened={wish.wish: wish.code for wish in wishes.unopened} if wishes else {},
        applications=tuple(_applications(journey, referral_id, wishes)) if wishes else (),
        enrolments=tuple(_enrolments(journey, referral_id, MILESTONES_SEEN[kind])),
    )


def names_alone(caller: Caller) -> bool:
    """Whether what they may know is the names and no more."""
    return caller.role == "workshop"


def reached(journey: Journey, referral_id: UUID, school: Slug) -> bool:
    """Whether a referral has an application at a school, which may then know who sent it."""
    return school in journey.schools_of(referral_id)


def own_agency(caller: Caller) -> TenantFilter:
    """An agency sees its own referrals; nobody else sees any."""
    return {"agency": caller.tenant} if caller.kind == "agency" else None


def everyone(_caller: Caller) -> TenantFilter:
    """Agencies are public."""
    return {}


def _discreet(journey: Journey, referral_id: UUID, earlier: Collection[UUID]) -> AnsweredWishes | None:
    """The wishes as this referral may show them: one that others' referrals kept from opening found nothing open."""
    wishes = journey.wishes.get(referral_id)
    own = [journey.wishes.get(id) for id in earlier]
    if wishes is None or any(before and before.opened for before in own):
        return wishes
    neutral = tuple(
        wish.model_copy(update={"code": UnopenedCode.NO_OPEN_INTAKE}) if wish.code in OF_OTHERS else wish
        for wish in wishes.unopened
    )
    return wishes.model_copy(update={"unopened": neutral})


def _applications(journey: Journey, referral_id: UUID, wishes: AnsweredWishes) -> Iterator[ApplicationView]:
    for intake_id in wishes.opened:
        application = journey.applications.get(intake_id)
        steps = tuple(map(_discreet_step, application.steps_of(referral_id))) if application else ()
        if application and steps:
            yield ApplicationView(
                intake_id=intake_id, school=application.school, programme=application.programme,
                school_year=application.school_year, current=steps[-1], since=max(steps[-1].on, wishes.on),
                steps=tuple(step for step in steps if step.on >= wishes.on),
            )  # fmt: skip


def _discreet_step(step: Step) -> Step:
    """The step; an agency is not told that its applicant was referred, or enrolled, by others."""
    if step.status is not ApplicationStatus.OBSOLETE:
        return step
    return step.model_copy(update={"code": OBSOLETE[step.because][1], "because": None})


def _enrolments(journey: Journey, referral_id: UUID, seen: frozenset[MilestoneKind]) -> Iterator[EnrolmentHistory]:
    intakes = journey.intakes_of(referral_id)
    for enrolment in journey.enrolments.values():
        if enrolment.intake_id in intakes:
            milestones = tuple(milestone for milestone in enrolment.milestones if milestone.kind in seen)
            yield enrolment.model_copy(update={"milestones": milestones})
