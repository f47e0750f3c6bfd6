"""Corrections of what was declared of a pupil: each says which fact it replaces, and what holds now. Published by enrolment.

Nothing is rewritten: who read the fact before reads it still, as known then. `on` is the day of the correction.
"""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.events.students import (
    ContractKind,
    InterruptionCode,
    Move,
    OutcomeProof,
    OutcomeSituation,
    OutcomeSource,
    Result,
    StudentEvent,
    YearEvent,
)
from shared.kernel.identifiers import Slug
from shared.kernel.strict import Day, Published

SESSION = r"^[0-9]{4}-[0-9]{2}$"


class CorrectionCode(StrEnum):
    """Why something declared is mended."""

    TYPING = "typing"
    WRONG_PERSON = "wrong_person"
    LATE_NEWS = "late_news"
    OTHER = "other"


class CorrectionEvent(StudentEvent):
    """A fact that was declared is replaced; or it did not happen, and nothing stands in its place (`voided`).

    A fact is known by its kind and its day, as it stood until now; of two on one day, the last declared is meant.
    """

    code: CorrectionCode
    replaces_on: Day = Field(description="The day on which it was said to have happened.")
    happened_on: Day | None = Field(default=None, description="The day on which it did; none where it is voided.")
    voided: Annotated[bool, Published] = Field(default=False, description="It did not happen.")


class StartCorrected(CorrectionEvent, type="enrolment.start.corrected.v1"):
    """Came on another day; or not yet: due again where voided."""


class NoShowCorrected(CorrectionEvent, type="enrolment.no_show.corrected.v1"):
    """Was missed on another day; or was not missed: due again where voided, with a seat."""


class InterruptionCorrected(CorrectionEvent, type="enrolment.interruption.corrected.v1"):
    """Left on another day, or for another reason; or did not leave: present all along where voided, with a seat."""

    replaces_interruption: InterruptionCode
    interruption: InterruptionCode | None = Field(default=None, description="Why they left; none where it is voided.")


class ReturnCorrected(CorrectionEvent, type="enrolment.return.corrected.v1"):
    """Came back on another day; or did not: gone still where voided, the seat is free again."""


class CompletionCorrected(CorrectionEvent, type="enrolment.completion.corrected.v1"):
    """Completed on another day; or did not: present still where voided."""


class YearCorrected(CorrectionEvent, YearEvent, type="enrolment.year.corrected.v1"):
    """The last move (up, again, to another programme) was to another intake, on another day, or was none.

    The year told is the one that the pupil is in now: where voided, the year before that move.
    """

    replaces_move: Move
    replaces_intake_id: UUID
    move: Move | None = Field(default=None, description="What it was; none where it is voided.")
    starts_on: Day | None = Field(default=None, description="Of who has not started yet: the day on which they are due now.")


class ExamCorrected(CorrectionEvent, type="enrolment.exam.corrected.v1"):
    """Presented to another session, registered on another day; or not presented."""

    exam_id: UUID
    replaces_session: str = Field(pattern=SESSION, description="The month of the session: 2026-06.")
    session: str | None = Field(default=None, pattern=SESSION, description="None where it is voided.")


class ResultCorrected(CorrectionEvent, type="enrolment.result.corrected.v1"):
    """Another result, or on another day; or none yet."""

    exam_id: UUID
    replaces_result: Result
    result: Result | None = Field(default=None, description="None where it is voided.")


class OutcomeCorrected(CorrectionEvent, type="enrolment.outcome.corrected.v1"):
    """The last word of one source at one horizon is another one; where voided, that source said nothing at that horizon."""

    horizon: Annotated[int, Field(description="Months after leaving: 6, 12, 18 or 24."), Published]
    source: OutcomeSource
    agency: Slug | None = Field(default=None, description="Which agency, where the source is one.")
    replaces_situation: OutcomeSituation
    situation: OutcomeSituation | None = Field(default=None, description="None where it is voided, as what follows.")
    contract: ContractKind | None = None
    by_client: Annotated[bool, Published] | None = Field(default=None, description="Employed by a client of the school.")
    proof: OutcomeProof | None = None
