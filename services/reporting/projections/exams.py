"""One row per examination of a pupil: presented when registered, then its result."""

from datetime import date
from uuid import UUID

from shared.events.students import DiplomaFailed, DiplomaObtained, ExamRegistered, Result
from shared.projections.table import REQUIRED, Latest, TableRow


class ExamRow(TableRow, table="exams"):
    id: UUID
    enrolment_id: UUID = REQUIRED
    session: str = REQUIRED
    result: Result | None = None
    corrected_on: Latest[date | None] = None


@ExamRow.on(ExamRegistered)
def registered(event: ExamRegistered) -> ExamRow:
    return ExamRow(id=event.exam_id, enrolment_id=event.enrolment_id, session=event.session)


@ExamRow.on(DiplomaObtained)
def obtained(event: DiplomaObtained) -> ExamRow:
    return ExamRow(id=event.exam_id, result=Result.OBTAINED)


@ExamRow.on(DiplomaFailed)
def failed(event: DiplomaFailed) -> ExamRow:
    return ExamRow(id=event.exam_id, result=Result.ABSENT if event.absent else Result.FAILED)
