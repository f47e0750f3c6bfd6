"""What happened to a pupil, each thing on its day, as an agency is told of it."""

from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from shared.events.students import InterruptionCode, OutcomeSituation, OutcomeSource
from shared.kernel.identifiers import Slug


class MilestoneKind(StrEnum):
    ENROLLED = "enrolled"
    STARTED = "started"
    DID_NOT_START = "did_not_start"
    GAVE_UP = "gave_up"
    INTERRUPTED = "interrupted"
    RESUMED = "resumed"
    MOVED_UP = "moved_up"
    REPEATED = "repeated"
    CHANGED_PROGRAMME = "changed_programme"
    COMPLETED = "completed"
    EXAM_REGISTERED = "exam_registered"
    DIPLOMA_OBTAINED = "diploma_obtained"
    DIPLOMA_FAILED = "diploma_failed"
    OUTCOME_DECLARED = "outcome_declared"


class Milestone(BaseModel):
    """One thing that happened to the pupil."""

    model_config = ConfigDict(frozen=True)
    kind: MilestoneKind
    on: date
    code: InterruptionCode | None = None
    situation: OutcomeSituation | None = None
    horizon: int | None = None
    source: OutcomeSource | None = None
    """Who said what became of them: by it a correction finds their word. No reader is shown it."""
    agency: Slug | None = None
    """Which agency said so, where one did."""
    corrected_on: date | None = None
