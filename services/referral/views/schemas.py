"""A referral as its agency reads it, field by field."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.referral.domain.answer import ReferralStatus
from services.referral.domain.person import Identity
from shared.events.applications import ApplicationStatus, UnopenedCode
from shared.events.referral import Answer, AnsweredBy, RefusalCode, Situation
from shared.web.names import OrganisationResponse, ProgrammeResponse, SchoolResponse


class AnswerResponse(BaseModel):
    answer: Answer
    code: RefusalCode | None
    on: date
    answered_by: AnsweredBy | None
    sentence: str


class WishResponse(BaseModel):
    """A wish, and why it opened nothing, where it did not."""

    school: SchoolResponse | None
    programme: ProgrammeResponse | None
    sector: str | None
    departments: tuple[str, ...]
    year_of_study: int
    unopened: UnopenedCode | None = None
    sentence: str | None = None


class ApplicationResponse(BaseModel):
    intake_id: UUID
    school: SchoolResponse
    programme: ProgrammeResponse
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
    school: SchoolResponse | None = None
    programme: ProgrammeResponse | None = None
    school_year: str | None = None
    sentence: str
    corrected_on: date | None = Field(default=None, description="Le jour où l’école l’a corrigé.")


class NamesResponse(BaseModel):
    """Of whom a line of a list is."""

    family_name: str
    given_name: str


class CommonResponse(BaseModel):
    """A referral, as its own agency reads it wherever it does."""

    referral_id: UUID
    young_id: UUID
    agency: OrganisationResponse
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
    informed_on: date
    counsellor: str
    applications: list[ApplicationResponse]


class ReferralResponse(CommonResponse):
    """A line of a list: of whom, by names alone."""

    identity: NamesResponse


class WarningResponse(BaseModel):
    """Accepted, and yet to be looked at: an earlier referral of the same agency, under the same names and birth date."""

    code: Literal["already_referred"] = "already_referred"
    sentence: str
    referral_id: UUID
    submitted_on: date


class ReferralInFullResponse(CommonResponse):
    """A referral with all that its agency sent, its steps, and what came later."""

    identity: Identity
    timeline: list[StepResponse]
    later: list[StepResponse]
    warnings: list[WarningResponse] = []


class ReferralPageResponse(BaseModel):
    items: list[ReferralResponse]
    page: int
    pages: int
    total: int
