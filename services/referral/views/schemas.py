"""A referral as its agency reads it, field by field."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.referral.domain.answer import ReferralStatus
from services.referral.domain.file import Counsellor, InformationText, LastClass, Missing
from services.referral.domain.legal import DelayState, Duty
from services.referral.domain.person import Identity
from services.referral.domain.transfers import TransferStatus
from services.referral.domain.visibility import UnopenedWish
from shared.events.applications import ApplicationStatus
from shared.events.contacts import ContactMeans
from shared.events.referral import Answer, AnsweredBy, RefusalCode, Situation, Source
from shared.web.names import OrganisationResponse, ProgrammeResponse, SchoolResponse


class AnswerResponse(BaseModel):
    answer: Answer
    code: RefusalCode | None
    on: date
    answered_by: AnsweredBy | None
    sentence: str


class WishResponse(BaseModel):
    """A wish, and what may be said of it where it opened nothing."""

    school: SchoolResponse | None
    programme: ProgrammeResponse | None
    sector: str | None
    departments: tuple[str, ...]
    year_of_study: int
    unopened: UnopenedWish | None = None
    sentence: str | None = None


class ContactResponse(BaseModel):
    """An attempt of the school to reach the applicant."""

    on: date
    at: str | None
    means: ContactMeans
    reached: bool
    sentence: str


class ApplicationResponse(BaseModel):
    intake_id: UUID
    school: SchoolResponse
    programme: ProgrammeResponse
    school_year: str | None
    status: ApplicationStatus
    code: RefusalCode | None
    since: date
    until: date | None
    at: str | None = Field(default=None, description="L’heure de ce qui est prévu ; son lieu se lit auprès d’`enrolment`.")
    contacts: list[ContactResponse] = []
    reminded_on: date | None = Field(default=None, description="Le jour du rappel : la place proposée attend votre réponse.")
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


class HandBackResponse(BaseModel):
    """A pupil who interrupted as a minor, handed back: to acknowledge at `enrolment`, by the end of `due_on`."""

    hand_back_id: UUID
    handed_on: date
    due_on: date
    acknowledged_on: date | None
    late: bool
    sentence: str


class ProposedResponse(BaseModel):
    """An intake of another school that had seats."""

    intake_id: UUID
    school: SchoolResponse
    programme: ProgrammeResponse
    school_year: str
    year_of_study: int


class TransferResponse(BaseModel):
    """Where an application found no place (`intake_id`): others are proposed, to accept or decline at `enrolment`."""

    transfer_id: UUID
    intake_id: UUID
    proposed: list[ProposedResponse]
    until: date
    status: TransferStatus
    since: date
    to_intake_id: UUID | None
    sentence: str


class LegalDelayResponse(BaseModel):
    """What the law asks for after the day of a signalement, and by when."""

    duty: Duty
    since: date
    due_on: date | None
    state: DelayState
    sentence: str


class NamesResponse(BaseModel):
    """Of whom a line of a list is."""

    family_name: str
    given_name: str


class MissingResponse(BaseModel):
    """What is to be added to the referral's file before a place can be confirmed in its name."""

    code: Missing
    sentence: str


class CommonResponse(BaseModel):
    """A referral, as its own agency reads it wherever it does."""

    referral_id: UUID
    young_id: UUID
    agency: OrganisationResponse
    source: Source
    status: ReferralStatus
    sentence: str
    answer: AnswerResponse | None
    submitted_on: date
    amended_on: tuple[date, ...]
    completed_on: date | None
    withdrawal_requested_on: date | None
    situation: Situation
    out_of_school_since: str | None
    wishes: list[WishResponse]
    to_complete: list[MissingResponse]
    informed_on: date
    information: InformationText | None
    counsellor: Counsellor
    last_class: LastClass | None
    reported_on: date | None
    legal_delay: LegalDelayResponse | None
    applications: list[ApplicationResponse]
    hand_backs: list[HandBackResponse]
    transfers: list[TransferResponse]


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
