"""A pupil: one young person's enrolments, at most one of them active."""

from collections.abc import Mapping
from datetime import date
from typing import Any, assert_never
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.enrolment.domain.enrolment import ACTIVE, Enrolment, Outcome, Sitting, year_of
from services.enrolment.domain.mended import Corrected, mended
from services.enrolment.domain.presence import Fact, Step, standing
from services.enrolment.domain.visibility import own_enrolments, own_pupils
from shared.events import students as events
from shared.events.corrections import CorrectionEvent
from shared.events.students import EnrolmentStatus, InterruptionCode, Move, Result, YearEvent
from shared.kernel.aggregate import Aggregate
from shared.kernel.calendar import BirthMonth
from shared.kernel.errors import NotFound
from shared.kernel.identifiers import Slug


class Pupil(BaseModel):
    model_config = ConfigDict(frozen=True)
    young_id: UUID
    birth_month: BirthMonth
    schools: tuple[Slug, ...]
    enrolments: tuple[Enrolment, ...]

    @property
    def active(self) -> Enrolment | None:
        """The enrolment under way: due or present. Never two."""
        return next((one for one in self.enrolments if one.status in ACTIVE), None)

    def left_after(self, day: date) -> bool:
        """Whether they were in one still on a day, and left it later."""
        return any(one.left_on and one.left_on > day for one in self.enrolments)

    def last(self, school: str | None = None) -> Enrolment:
        """The latest enrolment, of one school where it is said. Raises NotFound."""
        found = own_enrolments(self.enrolments, school)
        if not found:
            raise NotFound("Cet élève")
        return found[-1]

    def enrolment(self, enrolment_id: UUID) -> Enrolment | None:
        return next((one for one in self.enrolments if one.enrolment_id == enrolment_id), None)

    def enrolments_in(self, intake_id: UUID) -> list[Enrolment]:
        """Those that were ever in an intake."""
        return [one for one in self.enrolments if any(year.intake_id == intake_id for year in one.years)]

    def with_enrolment(self, enrolment: Enrolment) -> "Pupil":
        known = {one.enrolment_id: one for one in self.enrolments}
        enrolments = tuple({**known, enrolment.enrolment_id: enrolment}.values())
        return self.model_copy(
            update={"enrolments": enrolments, "schools": tuple(dict.fromkeys(one.school for one in enrolments))}
        )


def common_fields(pupil: Pupil, enrolment: Enrolment, on: date) -> dict[str, Any]:
    """What every event about a pupil says."""
    return {
        "enrolment_id": enrolment.enrolment_id, "young_id": pupil.young_id, "school": enrolment.school,
        "programme": enrolment.now.programme, "on": on,
    }  # fmt: skip


LaterEvent = (
    events.StudentStarted
    | events.StudentDidNotStart
    | events.StudentGaveUp
    | events.StudentStartMoved
    | events.StudentInterrupted
    | events.StudentResumed
    | events.StudentMovedUp
    | events.StudentRepeated
    | events.StudentChangedProgramme
    | events.StudentCompleted
    | events.ExamRegistered
    | events.DiplomaObtained
    | events.DiplomaFailed
    | events.OutcomeDeclared
)
PupilEvent = events.StudentEnrolled | LaterEvent | Corrected
"""Every event of a pupil's document."""


def evolve(pupil: Pupil | None, event: PupilEvent) -> Pupil:
    """The pupil after an event."""
    if isinstance(event, events.StudentEnrolled):
        enrolment = Enrolment(
            enrolment_id=event.enrolment_id, school=event.school, status=EnrolmentStatus.DUE, since=event.on,
            enrolled_on=event.on, starts_on=event.starts_on, years=(year_of(event, starts_on=event.starts_on),),
        )  # fmt: skip
        known = pupil or Pupil(young_id=event.young_id, birth_month=event.birth_month, schools=(), enrolments=())
        return known.with_enrolment(enrolment)
    assert pupil is not None
    enrolment = next(one for one in pupil.enrolments if one.enrolment_id == event.enrolment_id)
    change = mended(enrolment, event) if isinstance(event, CorrectionEvent) else _change(enrolment, event)
    return pupil.with_enrolment(enrolment.model_copy(update=change))


def _change(enrolment: Enrolment, event: LaterEvent) -> dict[str, Any]:
    match event:
        case events.StudentStarted():
            return _stepped(enrolment, Fact.START, event.on)
        case events.StudentDidNotStart():
            return _stepped(enrolment, Fact.NO_SHOW, event.on)
        case events.StudentGaveUp():
            return _stepped(enrolment, Fact.GIVING_UP, event.on)
        case events.StudentStartMoved():
            year = enrolment.now.model_copy(update={"starts_on": event.starts_on})
            return {"years": (*enrolment.years[:-1], year), "starts_on": event.starts_on}
        case events.StudentInterrupted():
            return _stepped(enrolment, Fact.INTERRUPTION, event.on, event.code)
        case events.StudentResumed():
            return _stepped(enrolment, Fact.RETURN, event.on)
        case events.StudentCompleted():
            return _stepped(enrolment, Fact.COMPLETION, event.on)
        case events.StudentChangedProgramme() | events.StudentMovedUp() | events.StudentRepeated():
            starts_on = event.starts_on if isinstance(event, events.StudentChangedProgramme) else None
            year = year_of(event, move=MOVES[type(event)], since=event.on, starts_on=starts_on)
            return {"years": (*enrolment.years, year), "starts_on": starts_on or enrolment.starts_on}
        case events.ExamRegistered():
            return {"exams": (*enrolment.exams, Sitting(exam_id=event.exam_id, session=event.session, registered_on=event.on))}
        case events.DiplomaObtained():
            return {"exams": _given(enrolment, event.exam_id, Result.OBTAINED, event.on)}
        case events.DiplomaFailed():
            return {"exams": _given(enrolment, event.exam_id, _failure(event), event.on)}
        case events.OutcomeDeclared():
            fields = event.model_dump(include=set(Outcome.model_fields))
            return {"outcomes": (*enrolment.outcomes, Outcome(**fields))}
        case _:
            assert_never(event)


MOVES: Mapping[type[YearEvent], Move] = {
    events.StudentMovedUp: Move.MOVED_UP,
    events.StudentRepeated: Move.REPEATED,
    events.StudentChangedProgramme: Move.CHANGED_PROGRAMME,
}


def _stepped(enrolment: Enrolment, fact: Fact, on: date, code: InterruptionCode | None = None) -> dict[str, Any]:
    return standing(enrolment.enrolled_on, (*enrolment.presence, Step(fact=fact, on=on, code=code)))


def _given(enrolment: Enrolment, exam_id: UUID, result: Result, on: date) -> tuple[Sitting, ...]:
    given = {"result": result, "result_on": on}
    return tuple(sitting.model_copy(update=given) if sitting.exam_id == exam_id else sitting for sitting in enrolment.exams)


def _failure(event: events.DiplomaFailed) -> Result:
    if event.absent:
        return Result.ABSENT_JUSTIFIED if event.justified else Result.ABSENT
    return Result.FAILED


PUPILS = Aggregate("pupils", Pupil, evolve, visible_to=own_pupils)
