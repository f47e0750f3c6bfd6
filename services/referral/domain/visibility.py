"""Who sees what of referral: an agency, of its own referrals; a school, of who applied there. For every channel.

An agency does not learn that others referred the same person, nor more of what came later than its kind is told.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.referral.domain.answer import OBSOLETE, Ending, ReferralStatus, conclude, status
from services.referral.domain.applications import ApplicationHistory
from services.referral.domain.enrolments import EnrolmentHistory
from services.referral.domain.hand_backs import HandBackHistory
from services.referral.domain.journey import AnsweredWishes, Journey
from services.referral.domain.milestones import MilestoneKind
from services.referral.domain.steps import Contact, Step
from services.referral.domain.transfers import TransferHistory
from shared.events.applications import ApplicationStatus, UnopenedCode
from shared.events.referral import AgencyKind, RefusalCode, Source
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


class UnopenedWish(StrEnum):
    """What an agency is told of a wish that opened nothing: why is not its own to know, unless nobody teaches it."""

    UNKNOWN_PROGRAMME = "unknown_programme"
    NOTHING_POSSIBLE = "nothing_possible"


class ApplicationView(BaseModel):
    """One application as a referral may show it: under review when it came, then what was told after."""

    model_config = ConfigDict(frozen=True)
    intake_id: UUID
    school: Slug
    programme: Slug
    school_year: str | None
    current: Step
    since: date
    steps: tuple[Step, ...]
    contacts: tuple[Contact, ...] = ()
    reminded_on: date | None = None
    """When it was reminded that an offered place waits for its answer; None once that was given."""


class ReferralView(BaseModel):
    """What the agency of one referral sees of the journey."""

    model_config = ConfigDict(frozen=True)
    status: ReferralStatus
    ending: Ending | None
    answered_on: date | None
    """When enrolment answered the wishes."""
    unopened: Mapping[int, UnopenedWish]
    """By rank of a wish that opened nothing: what may be said of it."""
    applications: tuple[ApplicationView, ...]
    enrolments: tuple[EnrolmentHistory, ...]
    hand_backs: tuple[HandBackHistory, ...] = ()
    transfers: tuple[TransferHistory, ...] = ()


def seen_by_agency(journey: Journey, referral_id: UUID, *, agency: Slug, kind: AgencyKind | None) -> ReferralView:
    """The one view of a referral of an agency, in every channel: what it would read if nobody else had referred.

    No kind: a school that recorded a family's own application, and reads what came of it there.
    """
    seen = MILESTONES_SEEN[kind] if kind else ALL
    wishes = journey.wishes.get(referral_id)
    return ReferralView(
        status=status(journey, referral_id),
        ending=_ending(journey, referral_id),
        answered_on=wishes.on if wishes else None,
        unopened={wish.wish: _unopened(wish.code) for wish in wishes.unopened} if wishes else {},
        applications=tuple(_applications(journey, referral_id, wishes)) if wishes else (),
        enrolments=tuple(_enrolments(journey, referral_id, agency, seen)),
        transfers=tuple(_transfers(journey, referral_id)),
        hand_backs=tuple(_hand_backs(journey, referral_id, agency, seen)),
    )


def names_alone(caller: Caller) -> bool:
    """Whether what they may know is the names and no more."""
    return caller.role == "workshop"


def reached(journey: Journey, referral_id: UUID, school: Slug) -> bool:
    """Whether a referral has, or had, an application at a school, which may then know who sent it and what it said."""
    return bool(journey.applications_at(school, referral_id))


def received_on(journey: Journey, referral_id: UUID, school: Slug) -> date:
    """The day on which a referral first reached a school."""
    return min(application.steps_of(referral_id)[0].on for application in journey.applications_at(school, referral_id))


def still_asks(journey: Journey, referral_id: UUID, school: Slug) -> bool:
    """Whether a referral did not take back all that it had asked of a school."""
    return any(application.asks_for(referral_id) for application in journey.applications_at(school, referral_id))


def own_agency(caller: Caller) -> TenantFilter:
    """An agency sees its own referrals; nobody else sees any."""
    return {"agency": caller.tenant} if caller.kind == "agency" else None


def own_referrals(caller: Caller) -> TenantFilter:
    """An agency sees its own, a school those that it recorded for a family; nobody else sees any."""
    if caller.kind == "school" and not names_alone(caller):
        return {"agency": caller.tenant, "source": Source.DIRECT}
    return own_agency(caller)


def nobody(_caller: Caller) -> TenantFilter:
    """Who is whom concerns an administrator alone."""
    return None


def everyone(_caller: Caller) -> TenantFilter:
    """Agencies are public."""
    return {}


def _unopened(code: UnopenedCode) -> UnopenedWish:
    unknown = code is UnopenedCode.UNKNOWN_PROGRAMME
    return UnopenedWish.UNKNOWN_PROGRAMME if unknown else UnopenedWish.NOTHING_POSSIBLE


def _ending(journey: Journey, referral_id: UUID) -> Ending | None:
    """The referral's answer; where nothing could open, it does not say why."""
    ending, wishes = conclude(journey, referral_id), journey.wishes.get(referral_id)
    if ending and wishes and not wishes.opened:
        return ending.model_copy(update={"code": RefusalCode.OTHER})
    return ending


def _applications(journey: Journey, referral_id: UUID, wishes: AnsweredWishes) -> Iterator[ApplicationView]:
    for intake_id in wishes.opened:
        application = journey.applications.get(intake_id)
        steps = tuple(_told(step, wishes.on) for step in application.steps_of(referral_id)) if application else ()
        if application and steps:
            yield ApplicationView(
                intake_id=intake_id, school=application.school, programme=application.programme,
                school_year=application.school_year, current=steps[-1], since=steps[-1].on, steps=steps,
                contacts=application.contacts.get(referral_id, ()),
                reminded_on=_reminded_on(application, referral_id, steps[-1]),
            )  # fmt: skip


def _reminded_on(application: ApplicationHistory, referral_id: UUID, current: Step) -> date | None:
    day = application.reminded.get(referral_id)
    return day if day and current.status is ApplicationStatus.OFFERED and day >= current.on else None


def _told(step: Step, answered_on: date) -> Step:
    """A step as it is told: none before the wishes were answered, nor that its applicant was enrolled by others."""
    step = step.model_copy(update={"on": max(step.on, answered_on)})
    if step.status is not ApplicationStatus.OBSOLETE:
        return step
    return step.model_copy(update={"code": OBSOLETE[step.because][1], "because": None})


def _enrolments(journey: Journey, referral_id: UUID, agency: Slug, seen: frozenset[MilestoneKind]) -> Iterator[EnrolmentHistory]:
    """Those of the pupils whom the referral follows; what other agencies say became of them is not its own to read."""
    for enrolment in journey.followed_by(referral_id):
        told = [one for one in enrolment.milestones if one.kind in seen and one.agency in (None, agency)]
        yield enrolment.model_copy(update={"milestones": tuple(told)})


def _hand_backs(journey: Journey, referral_id: UUID, agency: Slug, seen: frozenset[MilestoneKind]) -> Iterator[HandBackHistory]:
    """Those of the pupils whom the referral follows, handed back to this agency, in the order in which they were."""
    followed = journey.ids_followed_by(referral_id)
    if MilestoneKind.INTERRUPTED in seen:
        told = [one for one in journey.hand_backs.values() if one.agency == agency and one.enrolment_id in followed]
        yield from sorted(
            (one for one in told if one.handed_on and not one.ended), key=lambda one: (one.handed_on, one.hand_back_id)
        )


def _transfers(journey: Journey, referral_id: UUID) -> list[TransferHistory]:
    """What this referral is proposed where it found no place; nobody else's."""
    own = [one for one in journey.transfers.values() if one.referral_id == referral_id and one.until]
    return sorted(own, key=lambda one: str(one.transfer_id))
