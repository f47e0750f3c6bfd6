"""One row per examination of a pupil: presented when registered, then its result."""

from uuid import UUID

from shared.events.students import DiplomaFailed, DiplomaObtained, ExamRegistered, Result
from shared.projections.table import REQUIRED, TableRow


class ExamRow(TableRow, table="exams"):
    id: UUID
    enrolment_id: UUID = REQUIRED
    session: str = REQUIRED
    result: Result | None = None


@ExamRow.on(ExamRegistered)
def registered(event: ExamRegistered) -> ExamRow:
    return ExamRow(id=event.exam_id, enrolment_id=event.enrolment_id, session=event.session)


@ExamRow.on(DiplomaObtained)
def obtained(event: DiplomaObtained) -> ExamRow:
    return ExamRow(id=event.exam_id, result=Result.OBTAINED)


@ExamRow.on(DiplomaFailed)
def failed(event: DiplomaFailed) -> ExamRow:
    return ExamRow(id=event.exam_id, result=Result.ABSENT if event.absent else Result.FAILED)
