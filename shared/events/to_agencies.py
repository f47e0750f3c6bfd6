"""What an agency is told: each of its referrals as it may see it, whole whenever that changed. Of nobody's identity.

Published by referral. A code is a text here where its list may grow: a reader takes one that it does not know for another.
"""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.events.applications import ApplicationStatus, IneligibleReason, Met
from shared.events.contacts import ContactMeans
from shared.events.outbound import OutboundEvent
from shared.events.referral import Answer, AnsweredBy, RefusalCode
from shared.events.students import InterruptionCode, OutcomeSituation
from shared.events.transfers import ProposedIntake
from shared.kernel.calendar import Hour, SchoolYear
from shared.kernel.identifiers import Slug
from shared.kernel.strict import Day, Published

Code = Annotated[str, Field(pattern="^[a-z_]+$", examples=["started"])]
ReferralState = Literal["submitted", "in_progress", "closed"]


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class ToldEnding(_Told):
    """The one answer to the referral, the day it was complete, and who ended it."""

    answer: Answer
    code: RefusalCode | None = None
    on: Day
    answered_by: AnsweredBy | None = None


class ToldWish(_Told):
    """A wish that opened nothing: its rank, and what may be said of it."""

    wish: Annotated[int, Field(ge=1, le=5), Published]
    code: Code


class ToldStep(_Told):
    """One thing that happened to an application."""

    status: ApplicationStatus
    on: Day
    code: RefusalCode | None = None
    reasons: tuple[IneligibleReason, ...] = ()
    planned_on: Day | None = None
    until: Day | None = None
    at: Hour | None = Field(default=None, description="When to come to what is planned; where, enrolment's API says.")
    attended: Annotated[bool, Published] = True
    cancelled: Met | None = None
    reopened: Annotated[bool, Published] = False
    offer_withdrawn: Annotated[bool, Published] = False
    unanswered: Annotated[bool, Published] = Field(default=False, description="Expired by the school’s own silence.")


class ToldContact(_Told):
    """An attempt of the school to reach the applicant."""

    on: Day
    at: Hour | None = None
    means: ContactMeans
    reached: Annotated[bool, Published]


class ToldApplication(_Told):
    """One application, since this referral came to it."""

    intake_id: UUID
    school: Slug
    programme: Slug
    school_year: SchoolYear | None = None
    steps: tuple[ToldStep, ...] = Field(min_length=1, description="The last one says where it stands.")
    reminded_on: Day | None = Field(default=None, description="When it was reminded that a place waits for its answer.")
    contacts: tuple[ToldContact, ...] = ()


class ToldMilestone(_Told):
    """One thing that happened to the pupil, of those that this kind of agency is told."""

    kind: Code
    on: Day
    code: InterruptionCode | None = None
    situation: OutcomeSituation | None = None
    horizon: Annotated[int, Field(description="Months after leaving."), Published] | None = None
    corrected_on: Day | None = None


class ToldEnrolment(_Told):
    """An enrolment that came of this referral."""

    school: Slug | None = None
    intake_id: UUID | None = None
    programme: Slug | None = None
    school_year: SchoolYear | None = None
    milestones: tuple[ToldMilestone, ...] = ()


class ToldHandBack(_Told):
    """A pupil who interrupted as a minor: to acknowledge by the end of `due_on`, at enrolment."""

    hand_back_id: UUID
    handed_on: Day
    due_on: Day
    acknowledged_on: Day | None = None


class ToldTransfer(_Told):
    """Where an application found no place (`intake_id`), others: to accept or decline by the end of `until`, at enrolment."""

    transfer_id: UUID
    intake_id: UUID
    intakes: tuple[ProposedIntake, ...] = ()
    until: Day
    status: Code
    since: Day
    to_intake_id: UUID | None = None


AN_INTAKE = "6a3c3f0e-55a0-5f0b-9d3b-6f1f7c1e7a11"
A_PLACE = {"school": "dole", "intake_id": AN_INTAKE, "programme": "dole-cap-serrurerie", "school_year": "2026-2027"}
A_VIEW: dict[str, Any] = {
    "status": "closed", "submitted_on": "2026-03-02", "complete": True, "answered_on": "2026-03-02",
    "ending": {"answer": "enrolled", "on": "2026-06-12", "answered_by": "school"},
    "unopened": [{"wish": 2, "code": "nothing_possible"}],
    "applications": [
        {
            **A_PLACE,
            "steps": [
                {"status": "under_review", "on": "2026-03-02"},
                {"status": "interview_planned", "on": "2026-03-09", "planned_on": "2026-03-16"},
                {"status": "admissible", "on": "2026-03-16"},
                {"status": "offered", "on": "2026-05-20", "until": "2026-06-15"},
                {"status": "enrolled", "on": "2026-06-12"},
            ],
        }
    ],
    "enrolments": [
        {**A_PLACE, "milestones": [{"kind": "enrolled", "on": "2026-06-12"}, {"kind": "started", "on": "2026-09-01"}]}
    ],
}  # fmt: skip


class AgencyView(_Told):
    """A referral as its agency may see it: the same as over HTTP, without names nor sentences."""

    model_config = ConfigDict(json_schema_extra={"examples": [A_VIEW]})
    status: ReferralState
    submitted_on: Day
    amended_on: tuple[Day, ...] = ()
    completed_on: Day | None = None
    withdrawal_requested_on: Day | None = None
    complete: Annotated[bool, Published] = Field(description="Nothing was missing from its file when that was last said.")
    answered_on: Day | None = Field(default=None, description="When the wishes reached the schools.")
    ending: ToldEnding | None = None
    unopened: tuple[ToldWish, ...] = ()
    applications: tuple[ToldApplication, ...] = ()
    enrolments: tuple[ToldEnrolment, ...] = ()
    hand_backs: tuple[ToldHandBack, ...] = ()
    transfers: tuple[ToldTransfer, ...] = ()


class ReferralTold(OutboundEvent, key="young_id", teller="referral"):
    """The whole of it. Of one referral revisions rise: one that is not above what is known says nothing new."""

    referral_id: UUID
    young_id: UUID
    revision: Annotated[int, Field(ge=1), Published]
    view: AgencyView


class ReferralReceived(ReferralTold, type="outbound.referral.received.v1"):
    """A referral was taken in: this is the first that is told of it."""


class ReferralChanged(ReferralTold, type="outbound.referral.changed.v1"):
    """What the agency sees of a referral is no longer what was told last."""


class ReferralErased(OutboundEvent, type="outbound.referral.erased.v1", key="young_id", teller="referral"):
    """Who this was is erased: nothing is kept of the referral for its agency, nor told of it any more."""

    referral_id: UUID
    young_id: UUID
