"""One row per examination of a pupil: presented when registered, then its result."""

from shared.events import DiplomaFailed, DiplomaObtained, ExamRegistered
from shared.projections.projection import Projection, Row

exams = Projection("exams")


@exams.on(ExamRegistered)
def registered(event: ExamRegistered) -> Row:
    return Row(event.exam_id, enrolment_id=str(event.enrolment_id), session=event.session, registered_on=event.on.isoformat())


@exams.on(DiplomaObtained)
def obtained(event: DiplomaObtained) -> Row:
    return Row(event.exam_id, result="obtained")


@exams.on(DiplomaFailed)
def failed(event: DiplomaFailed) -> Row:
    return Row(event.exam_id, result="absent" if event.absent else "failed")
