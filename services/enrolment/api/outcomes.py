"""Exams, diplomas and outcomes over HTTP."""

from uuid import UUID

from services.enrolment import use_cases
from services.enrolment.api import shown
from services.enrolment.api.deps import StoreDep
from services.enrolment.api.schemas import ExamRequest, OutcomeRequest, ResultRequest
from services.enrolment.domain import diplomas as decisions
from services.enrolment.domain.enrolment import Outcome
from services.enrolment.domain.statuses import ENROLMENT, E
from services.enrolment.domain.visibility import agency_of, school_of
from services.enrolment.views import OutcomesResponse, PupilResponse
from shared.events.students import OutcomeSource
from shared.kernel.caller import Caller
from shared.kernel.errors import Forbidden, Invalid, Refused
from shared.web.auth import CurrentCaller, may
from shared.web.router import Router

router = Router(
    tags=["diplômes et devenir"],
    problems={
        Refused: (
            "already_given",
            "already_obtained",
            "another_session",
            "before_previous_step",
            "not_allowed",
            "not_last_year",
            "nothing_to_replace",
            "too_early",
            "too_late",
        ),
        Invalid: ("unknown_horizon",),
    },
)


class ExamResponse(PupilResponse):
    """A pupil, and the exam that was just registered."""

    exam_id: UUID


@router.post("/pupils/{young_id}/exams", status_code=201, dependencies=[may(ENROLMENT, E.SIT_AN_EXAM)])
async def register_exam(young_id: UUID, body: ExamRequest, caller: CurrentCaller, store: StoreDep) -> ExamResponse:
    """Present a pupil to the session that ends their last year, in its window. Asking twice is harmless."""
    pupil, exam_id = await use_cases.register_exam(
        store, caller, young_id=young_id, session=body.session, on=store.clock.day(body.on)
    )
    return ExamResponse(**dict(await shown.pupil(store, caller, pupil)), exam_id=exam_id)


@router.post("/pupils/{young_id}/exams/{exam_id}/result", dependencies=[may(ENROLMENT, E.SIT_AN_EXAM)])
async def give_result(
    young_id: UUID, exam_id: UUID, body: ResultRequest, caller: CurrentCaller, store: StoreDep
) -> PupilResponse:
    """Obtained, failed or absent."""
    school, on = school_of(caller), store.clock.day(body.on)
    pupil = await store.pupils.acting(caller).decide(
        young_id, decisions.give_result, school=school, exam_id=exam_id, result=body.result, on=on
    )
    return await shown.pupil(store, caller, pupil)


@router.post("/pupils/{young_id}/outcomes", dependencies=[may(ENROLMENT, E.DECLARE_AN_OUTCOME)])
async def declare_outcome(
    young_id: UUID, body: OutcomeRequest, caller: CurrentCaller, store: StoreDep
) -> PupilResponse | OutcomesResponse:
    """What became of a leaver. An agency speaks as an agency of those it referred, and reads its own word only."""
    ensure_own_word(caller, body.source)
    outcome = Outcome(**{**body.model_dump(), "agency": agency_of(caller), "on": store.clock.day(body.on)})
    pupil = await use_cases.declare_outcome(store, caller, young_id=young_id, outcome=outcome)
    if agency_of(caller):
        return OutcomesResponse(young_id=young_id, outcomes=(outcome,))
    return await shown.pupil(store, caller, pupil)


def ensure_own_word(caller: Caller, source: OutcomeSource) -> None:
    """Raise Forbidden where one speaks for a source that is not theirs."""
    if (agency_of(caller) is not None) != (source is OutcomeSource.AGENCY) and not caller.is_admin:
        raise Forbidden("Une agence déclare comme agence ; une école, pour elle-même, le jeune ou l’employeur.")
