"""One row per examination of a pupil: presented when registered, then its result; either may be mended."""

from datetime import date
from uuid import UUID

from shared.events.corrections import ExamCorrected, ResultCorrected
from shared.events.students import DiplomaFailed, DiplomaObtained, ExamRegistered, Result
from shared.projections.table import REQUIRED, Latest, TableRow


class ExamRow(TableRow, table="exams"):
    id: UUID
    enrolment_id: UUID = REQUIRED
    session: str | None = REQUIRED
    """None where the registration was taken back."""
    result: Result | None = None
    corrected_on: Latest[date | None] = None
    """The day of the last correction."""


@ExamRow.on(ExamRegistered)
def registered(event: ExamRegistered) -> ExamRow:
    return ExamRow(id=event.exam_id, enrolment_id=event.enrolment_id, session=event.session)


@ExamRow.on(DiplomaObtained)
def obtained(event: DiplomaObtained) -> ExamRow:
    return ExamRow(id=event.exam_id, result=Result.OBTAINED)


@ExamRow.on(DiplomaFailed)
def failed(event: DiplomaFailed) -> ExamRow:
    absent = Result.ABSENT_JUSTIFIED if event.justified else Result.ABSENT
    return ExamRow(id=event.exam_id, result=absent if event.absent else Result.FAILED)


@ExamRow.on(ExamCorrected)
def exam_corrected(event: ExamCorrected) -> ExamRow:
    return ExamRow(id=event.exam_id, session=event.session, corrected_on=event.on)


@ExamRow.on(ResultCorrected)
def result_corrected(event: ResultCorrected) -> ExamRow:
    return ExamRow(id=event.exam_id, result=event.result, corrected_on=event.on)
