"""What is late, in French: for the school, with what may be done; for an agency, which school it waits for."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from services.enrolment import labels
from services.enrolment.domain.applications import open_moves
from services.enrolment.domain.intake import Intake
from services.enrolment.domain.late import Awaited, Late, LateKind
from services.enrolment.views.names import place_of
from shared.events.applications import ApplicationStatus
from shared.kernel.caller import Caller
from shared.web.names import Names, ProgrammeResponse, SchoolResponse


class ActionResponse(BaseModel):
    """What may be done now: its name for machines, and in French."""

    name: str
    label: str


class LateResponse(BaseModel):
    """An application in which something is late: since when, for how many open days of the school, and what may be done."""

    intake_id: UUID
    school: SchoolResponse
    programme: ProgrammeResponse
    school_year: str
    young_id: UUID
    kind: LateKind
    sentence: str
    since: date
    open_days: int
    due_on: date | None
    next: list[ActionResponse]


class AwaitedResponse(BaseModel):
    """A referral of the agency, which waits for a school: since when, and for how many open days of that school."""

    intake_id: UUID
    school: SchoolResponse
    programme: ProgrammeResponse
    school_year: str
    referral_id: UUID
    young_id: UUID
    status: ApplicationStatus
    label: str
    since: date
    open_days: int
    answer_days: int
    late: bool


def late(intake: Intake, one: Late, caller: Caller, names: Names, *, today: date) -> LateResponse:
    """One line of what a school is late with."""
    moves = [move for move in open_moves(intake, one.young_id, today) if caller.is_any_of(move.who)]
    return LateResponse(
        **_of(intake, names), **one.model_dump(), sentence=labels.LATE[one.kind],
        next=[ActionResponse(name=move.name, label=move.label) for move in moves],
    )  # fmt: skip


def awaited(intake: Intake, one: Awaited, names: Names) -> AwaitedResponse:
    """One line of what an agency waits for."""
    label = labels.APPLICATION.statuses[one.status]
    return AwaitedResponse(**_of(intake, names), **one.model_dump(), label=label, answer_days=intake.answer_days)


def _of(intake: Intake, names: Names) -> dict[str, Any]:
    where = place_of(intake.school, intake.programme, names)
    return {**intake.model_dump(include={"intake_id", "school_year"}), **where}
