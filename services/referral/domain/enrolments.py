"""One enrolment of a young person as enrolment tells it: the milestones from entry to what became of them, as they stand."""

from datetime import date
from typing import assert_never
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.referral.domain.mended import Corrected, mended
from services.referral.domain.milestones import Milestone, MilestoneKind
from shared.events.corrections import CorrectionEvent
from shared.events.students import (
    DiplomaFailed,
    DiplomaObtained,
    ExamRegistered,
    OutcomeDeclared,
    StudentChangedProgramme,
    StudentCompleted,
    StudentDidNotStart,
    StudentEnrolled,
    StudentGaveUp,
    StudentInterrupted,
    StudentMovedUp,
    StudentRepeated,
    StudentResumed,
    StudentStarted,
)
from shared.kernel.calendar import SchoolYear
from shared.kernel.identifiers import Slug

DeclaredEvent = (
    StudentEnrolled
    | StudentStarted
    | StudentDidNotStart
    | StudentGaveUp
    | StudentInterrupted
    | StudentResumed
    | StudentMovedUp
    | StudentRepeated
    | StudentChangedProgramme
    | StudentCompleted
    | ExamRegistered
    | DiplomaObtained
    | DiplomaFailed
    | OutcomeDeclared
)
PupilEvent = DeclaredEvent | Corrected


class EnrolmentHistory(BaseModel):
    """An enrolment: its school, the intake that it came from (a programme, a school year), and what followed."""

    model_config = ConfigDict(frozen=True)
    school: Slug | None = None
    intake_id: UUID | None = None
    programme: Slug | None = None
    school_year: SchoolYear | None = None
    milestones: tuple[Milestone, ...] = ()

    @property
    def enrolled_on(self) -> date | None:
        """The day on which its place was confirmed."""
        return next((one.on for one in self.milestones if one.kind is MilestoneKind.ENROLLED), None)


def followed(enrolment: EnrolmentHistory, event: PupilEvent) -> EnrolmentHistory:
    """One milestone further; or one of them as it was mended."""
    if isinstance(event, CorrectionEvent):
        return enrolment.model_copy(update={"milestones": mended(enrolment.milestones, event)})
    changed: dict[str, object] = {"milestones": (*enrolment.milestones, _milestone(event))}
    if isinstance(event, StudentEnrolled):
        changed |= event.model_dump(include={"school", "intake_id", "programme", "school_year"})
    return enrolment.model_copy(update=changed)


def _milestone(event: DeclaredEvent) -> Milestone:
    on = event.on
    match event:
        case StudentEnrolled():
            return Milestone(kind=MilestoneKind.ENROLLED, on=on)
        case StudentStarted():
            return Milestone(kind=MilestoneKind.STARTED, on=on)
        case StudentDidNotStart():
            return Milestone(kind=MilestoneKind.DID_NOT_START, on=on)
        case StudentGaveUp():
            return Milestone(kind=MilestoneKind.GAVE_UP, on=on)
        case StudentInterrupted():
            return Milestone(kind=MilestoneKind.INTERRUPTED, on=on, code=event.code)
        case StudentResumed():
            return Milestone(kind=MilestoneKind.RESUMED, on=on)
        case StudentMovedUp():
            return Milestone(kind=MilestoneKind.MOVED_UP, on=on)
        case StudentRepeated():
            return Milestone(kind=MilestoneKind.REPEATED, on=on)
        case StudentChangedProgramme():
            return Milestone(kind=MilestoneKind.CHANGED_PROGRAMME, on=on)
        case StudentCompleted():
            return Milestone(kind=MilestoneKind.COMPLETED, on=on)
        case ExamRegistered():
            return Milestone(kind=MilestoneKind.EXAM_REGISTERED, on=on)
        case DiplomaObtained():
            return Milestone(kind=MilestoneKind.DIPLOMA_OBTAINED, on=on)
        case DiplomaFailed():
            return Milestone(kind=MilestoneKind.DIPLOMA_FAILED, on=on)
        case OutcomeDeclared():
            word = event.model_dump(include={"situation", "horizon", "source", "agency"})
            return Milestone(kind=MilestoneKind.OUTCOME_DECLARED, on=on, **word)
        case _:
            assert_never(event)
