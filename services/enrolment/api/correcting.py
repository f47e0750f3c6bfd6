"""What a correction's request says: which fact, by its day; why; and what holds instead, or that it did not happen."""

from datetime import date
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from services.enrolment.domain.corrections import Mending
from services.enrolment.domain.enrolment import Outcome
from shared.events.corrections import CorrectionCode
from shared.events.students import ContractKind, InterruptionCode, OutcomeProof, OutcomeSituation, OutcomeSource, Result
from shared.kernel.clock import Clock
from shared.kernel.strict import WHOLE, Day, Flag
from shared.web.bodies import DatedBody


class CorrectionRequest(DatedBody):
    """`on` is the day of the correction."""

    new: ClassVar[frozenset[str]] = frozenset()
    """The fields that say what holds instead."""

    code: CorrectionCode
    enrolment_id: UUID | None = Field(default=None, description="Le parcours ; le dernier de l’école s’il n’est pas dit.")
    replaces_on: Day = Field(description="Le jour que porte le fait jusqu’ici : c’est lui qui le désigne.")
    happened_on: Day | None = Field(default=None, description="Le jour où cela s’est passé ; le même s’il n’est pas dit.")
    voided: Flag = Field(default=False, description="Cela n’a pas eu lieu : rien ne remplace ce fait.")

    @model_validator(mode="after")
    def nothing_in_its_place(self) -> Self:
        if self.voided and any(getattr(self, field) is not None for field in {"happened_on", *self.new}):
            raise ValueError("Un fait qui n’a pas eu lieu n’a ni jour ni valeur.")
        return self

    def mending(self, clock: Clock) -> Mending:
        """The correction, on days that have come. Raises Invalid."""
        on, happened_on = clock.day(self.on), clock.day(self.happened_on or self.replaces_on)
        return Mending(
            code=self.code, replaces_on=self.replaces_on, happened_on=None if self.voided else happened_on, on=on,
            enrolment_id=self.enrolment_id,
        )  # fmt: skip


class InterruptionCorrectionRequest(CorrectionRequest):
    new = frozenset({"interruption"})
    interruption: InterruptionCode | None = Field(default=None, description="Le motif ; le même s’il n’est pas dit.")


class YearCorrectionRequest(CorrectionRequest):
    new = frozenset({"intake_id"})
    intake_id: UUID | None = Field(default=None, description="La rentrée ; la même si elle n’est pas dite.")


class ExamCorrectionRequest(CorrectionRequest):
    new = frozenset({"session"})
    exam_id: UUID
    session: str | None = Field(default=None, pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", description="Le mois : 2026-06.")


class ResultCorrectionRequest(CorrectionRequest):
    new = frozenset({"result"})
    exam_id: UUID
    result: Result | None = None


class OutcomeCorrectionRequest(CorrectionRequest):
    """Of one source at one horizon: the whole of its last word, or nothing of it."""

    new = frozenset({"situation", "contract", "by_client", "proof"})
    horizon: Annotated[Literal[6, 12, 18, 24], WHOLE]
    source: OutcomeSource
    situation: OutcomeSituation | None = None
    contract: ContractKind | None = None
    by_client: Flag | None = None
    proof: OutcomeProof | None = None

    @model_validator(mode="after")
    def whole(self) -> Self:
        if not self.voided and not (self.situation and self.proof):
            raise ValueError("Un devenir se corrige en entier : situation et preuve.")
        if self.situation is not OutcomeSituation.EMPLOYED and (self.contract or self.by_client):
            raise ValueError("Un contrat ou un client employeur ne se disent que d’un emploi.")
        return self

    def word(self, happened_on: date | None) -> Outcome | None:
        """What is said instead; None where nothing is."""
        said: dict[str, Any] = self.model_dump(include=set(Outcome.model_fields) - {"on"})
        return None if happened_on is None else Outcome(**said, on=happened_on)
