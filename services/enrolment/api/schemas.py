"""What requests of enrolment say, by resource: schools and intakes, applications, pupils, exams and outcomes, grants."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.enrolment.domain.places import Word
from services.enrolment.domain.visibility import agency_of
from shared.events.applications import HeardBy, Met, SaidBy
from shared.events.catalogue import Certification, Promotion
from shared.events.referral import RefusalCode
from shared.events.students import ContractKind, InterruptionCode, OutcomeProof, OutcomeSituation, OutcomeSource, Result
from shared.kernel.calendar import BirthMonth, SchoolYear
from shared.kernel.caller import Caller
from shared.kernel.errors import Invalid
from shared.kernel.identifiers import Rncp, Siret, Slug, Uai
from shared.kernel.phones import Phone
from shared.kernel.strict import WHOLE, Day, Flag
from shared.kernel.territories import Commune, Department
from shared.kernel.texts import Line, Words
from shared.web.bodies import DatedBody

Cents = Annotated[int, Field(gt=0, le=10**12, description="Centimes d’euro."), WHOLE]
Year = Annotated[int, Field(ge=1, le=3), WHOLE]
"""Of study."""
Delay = Annotated[int, Field(ge=1, le=120, description="Jours ouvrés de l’école."), WHOLE]
Seats = Annotated[int, Field(ge=0, le=500), WHOLE]


class SchoolRequest(DatedBody):
    name: Line
    commune: Commune
    town: Line
    department: Department
    uai: Uai | None = None
    siret: Siret | None = None
    address: Line | None = Field(default=None, description="Comme sur une enveloppe : rue, code postal, ville.")
    phone: Phone | None = None


class ProgrammeRequest(DatedBody):
    title: Line
    certification: Certification
    rncp: Rncp | None = None
    sector: Slug
    years: Year
    dangerous_machines: Flag
    oldest: Annotated[int, Field(ge=14, le=99), WHOLE] | None = Field(
        default=None, description="Le dernier âge auquel on entre, si la formation en fixe un."
    )


class CertificationRequest(DatedBody):
    title: Line
    rncp: Rncp | None = None
    since: Day = Field(description="Le premier jour où cette certification est celle de la formation ; il peut être à venir.")


class IntakeRequest(DatedBody):
    school: Slug
    programme: Slug
    school_year: SchoolYear
    year_of_study: Year = 1
    seats: Seats
    starts_on: Day
    closes_on: Day
    promotion: Promotion = Promotion.CONFIRMED
    answer_days: Delay | None = Field(default=None, description="Pour que l’école réponde ; 20 si rien n’est dit.")
    offer_days: Delay | None = Field(default=None, description="Pour que la famille prenne la place ; 10 si rien n’est dit.")


class DatesRequest(DatedBody):
    starts_on: Day
    closes_on: Day


class SeatsRequest(DatedBody):
    seats: Seats


class ReviewRequest(DatedBody):
    overridden: Flag = False
    motive: Words | None = Field(default=None, description="Gardé ici, jamais diffusé.")

    @model_validator(mode="after")
    def motivated(self) -> Self:
        if self.overridden and not self.motive:
            raise ValueError("Une dérogation demande un motif.")
        return self


class AdmitRequest(DatedBody):
    met: Met


class ExtendRequest(DatedBody):
    until: Day


class OfferRequest(DatedBody):
    until: Day | None = Field(default=None, description="Sans elle, le délai d’offre de la rentrée, en jours ouvrés de l’école.")
    at_school: Flag = Field(default=False, description="La famille répond à l’école elle-même, et aucun organisme pour elle.")


class AnswerRequest(DatedBody):
    """The answer to an offered place; from a school, how the family gave it, and who."""

    heard_by: HeardBy | None = Field(default=None, description="Pour une école : comment la réponse lui a été donnée.")
    said_by: SaidBy | None = Field(default=None, description="Pour une école : qui l’a donnée.")

    @model_validator(mode="after")
    def said_whole(self) -> Self:
        if (self.heard_by is None) != (self.said_by is None):
            raise ValueError("Une réponse entendue par l’école dit comment, et de qui.")
        return self

    def word_told_to(self, caller: Caller) -> Word | None:
        """The family's word, where a school records it. Raises Invalid: an agency gives its own."""
        if self.heard_by is None or self.said_by is None:
            return None
        if agency_of(caller):
            raise Invalid("inconsistent", "Comment et par qui la réponse est donnée se dit par l’école qui l’a entendue.")
        return Word(self.heard_by, self.said_by)


class EntryRequest(DatedBody):
    entry_on: Day


class RefuseRequest(DatedBody):
    code: RefusalCode


class InterruptRequest(DatedBody):
    code: InterruptionCode


class MoveRequest(DatedBody):
    intake_id: UUID


class TakeOverRequest(BaseModel):
    """A pupil whom a school has already: no name, and its own reference is kept as a keyed hash only."""

    model_config = ConfigDict(extra="forbid")
    school: Slug
    reference: Line = Field(description="La référence de l’école ; gardée sous la forme d’une empreinte.")
    birth_month: BirthMonth
    programme: Slug
    school_year: SchoolYear
    year_of_study: Year
    enrolled_on: Day
    started_on: Day


class ExamRequest(DatedBody):
    session: str = Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", description="Le mois de la session : 2026-06.")


class ResultRequest(DatedBody):
    result: Result


class OutcomeRequest(DatedBody):
    horizon: Annotated[Literal[6, 12, 18, 24], WHOLE]
    situation: OutcomeSituation
    contract: ContractKind | None = None
    by_client: Flag | None = None
    source: OutcomeSource
    proof: OutcomeProof

    @model_validator(mode="after")
    def contract_of_a_job(self) -> Self:
        if self.situation is not OutcomeSituation.EMPLOYED and (self.contract or self.by_client):
            raise ValueError("Un contrat ou un client employeur ne se disent que d’un emploi.")
        return self
