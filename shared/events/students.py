"""Events of pupils, published by enrolment: enrolled, present year after year, examined, and what became of them."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.events.event import Event
from shared.kernel.calendar import BirthMonth, SchoolYear
from shared.kernel.identifiers import Slug
from shared.kernel.strict import Day, Published


class InterruptionCode(StrEnum):
    APPRENTICESHIP_SIGNED = "apprenticeship_signed"
    OTHER_SCHOOL = "other_school"
    EMPLOYMENT = "employment"
    MOVED = "moved"
    CHOSEN_BY_FAMILY = "chosen_by_family"
    EXCLUSION = "exclusion"
    LOST_CONTACT = "lost_contact"
    PREVENTED = "prevented"
    OTHER = "other"


class OutcomeSituation(StrEnum):
    EMPLOYED = "employed"
    APPRENTICESHIP = "apprenticeship"
    FURTHER_STUDIES = "further_studies"
    JOB_SEEKING = "job_seeking"
    OTHER = "other"
    UNREACHABLE = "unreachable"


class ContractKind(StrEnum):
    PERMANENT = "permanent"
    FIXED_TERM = "fixed_term"
    TEMPORARY = "temporary"


class OutcomeSource(StrEnum):
    SCHOOL = "school"
    AGENCY = "agency"
    YOUNG_PERSON = "young_person"
    EMPLOYER = "employer"


class OutcomeProof(StrEnum):
    CONTRACT = "contract"
    CERTIFICATE = "certificate"
    PHONE = "phone"
    NONE = "none"


HORIZONS = (6, 12, 18, 24)
"""Months after leaving at which an outcome is due, plus or minus 30 days."""


class EnrolmentStatus(StrEnum):
    """Where an enrolment is."""

    DUE = "due"
    PRESENT = "present"
    INTERRUPTED = "interrupted"
    COMPLETED = "completed"
    DID_NOT_START = "did_not_start"
    GAVE_UP = "gave_up"


class Move(StrEnum):
    """How a pupil goes on in another intake."""

    MOVED_UP = "moved_up"
    REPEATED = "repeated"
    CHANGED_PROGRAMME = "changed_programme"


class Result(StrEnum):
    """Of an examination. An absence that was justified can be replaced in September."""

    OBTAINED = "obtained"
    FAILED = "failed"
    ABSENT = "absent"
    ABSENT_JUSTIFIED = "absent_justified"


class StudentEvent(Event, topic="etabli.enrolment", key="young_id"):
    enrolment_id: UUID
    young_id: UUID
    school: Slug
    programme: Slug


class YearEvent(StudentEvent):
    """A year of study in a school year; `last_year` when the programme ends with it."""

    intake_id: UUID
    school_year: SchoolYear
    year_of_study: Annotated[int, Field(ge=1, le=3), Published]
    last_year: Annotated[bool, Published]


class StudentEnrolled(YearEvent, type="enrolment.student.enrolled.v1"):
    """A place is confirmed: the young person becomes a pupil, due to start on a day."""

    birth_month: BirthMonth
    starts_on: Day


class StudentStarted(StudentEvent, type="enrolment.student.started.v1"):
    """Came on the first day."""


class StudentDidNotStart(StudentEvent, type="enrolment.student.did_not_start.v1"):
    """Never came: the seat is free again."""


class StudentGaveUp(StudentEvent, type="enrolment.student.gave_up.v1"):
    """Gave the place up before the day of entry (« désistement »): the intake then tells that it was declined."""


class StudentStartMoved(StudentEvent, type="enrolment.student.start_moved.v1"):
    """Is, or was, due on another day: the intake's dates changed. The start of who came stays as it was declared."""

    starts_on: Day


class StudentInterrupted(StudentEvent, type="enrolment.student.interrupted.v1"):
    """Left before the end; the seat is free again."""

    code: InterruptionCode


class StudentResumed(StudentEvent, type="enrolment.student.resumed.v1"):
    """Came back after an interruption."""


class StudentMovedUp(YearEvent, type="enrolment.student.moved_up.v1"):
    """Goes on in the next year of study."""


class StudentRepeated(YearEvent, type="enrolment.student.repeated.v1"):
    """Does the same year of study again."""


class StudentChangedProgramme(YearEvent, type="enrolment.student.changed_programme.v1"):
    """Goes on in another programme of the same school; `programme` is the new one."""

    starts_on: Day | None = Field(default=None, description="Of who has not started yet: the day on which they are due now.")


class StudentCompleted(StudentEvent, type="enrolment.student.completed.v1"):
    """Went to the end of the programme, with or without the diploma."""


class _ExamEvent(StudentEvent):
    exam_id: UUID


class ExamRegistered(_ExamEvent, type="enrolment.exam.registered.v1"):
    """Presented to an examination session; an absence still counts as presented."""

    session: str = Field(pattern=r"^[0-9]{4}-[0-9]{2}$", description="The month of the session: 2026-06.")


class DiplomaObtained(_ExamEvent, type="enrolment.diploma.obtained.v1"):
    pass


class DiplomaFailed(_ExamEvent, type="enrolment.diploma.failed.v1"):
    absent: Annotated[bool, Published] = False
    justified: Annotated[bool, Published] = Field(default=False, description="Of an absence: the replacement session is open.")


class OutcomeDeclared(StudentEvent, type="enrolment.outcome.declared.v1"):
    """What became of a leaver at one horizon, by one source. Two sources may disagree; neither overwrites the other."""

    horizon: Annotated[int, Field(description="Months after leaving: 6, 12, 18 or 24."), Published]
    situation: OutcomeSituation
    contract: ContractKind | None = None
    by_client: Annotated[bool, Published] | None = Field(default=None, description="Employed by a client of the school.")
    source: OutcomeSource
    agency: Slug | None = Field(default=None, description="Which agency, where the source is one.")
    proof: OutcomeProof
