"""Corrections over HTTP, one route per fact: whoever may declare it may mend it, and says why."""

from uuid import UUID

from services.enrolment.api import shown
from services.enrolment.api.correcting import (
    CorrectionRequest,
    ExamCorrectionRequest,
    InterruptionCorrectionRequest,
    OutcomeCorrectionRequest,
    ResultCorrectionRequest,
    YearCorrectionRequest,
)
from services.enrolment.api.deps import StoreDep
from services.enrolment.api.outcomes import ensure_own_word
from services.enrolment.domain.corrected_results import correct_exam, correct_result
from services.enrolment.domain.corrections import correct_presence
from services.enrolment.domain.presence import Fact
from services.enrolment.domain.statuses import ENROLMENT, E
from services.enrolment.domain.visibility import agency_of
from services.enrolment.use_cases import corrections
from services.enrolment.views import OutcomesResponse, PupilResponse
from shared.kernel.caller import Caller
from shared.kernel.errors import Refused, Unavailable
from shared.web.auth import CurrentCaller, may
from shared.web.router import Router

REFUSALS = (
    "already_enrolled", "erased", "already_obtained", "another_session", "before_previous_step", "contradiction", "no_place",
    "not_eligible", "not_last_move", "not_last_year", "nothing_to_correct", "nothing_to_replace", "result_given", "too_early",
    "too_late", "wrong_intake",
)  # fmt: skip
router = Router(
    tags=["corrections"], prefix="/pupils/{young_id}/corrections",
    problems={Refused: REFUSALS, Unavailable: ("still_leaving",)},
)  # fmt: skip
SCHOOLS = may(ENROLMENT, E.CORRECT)


@router.post("/start", dependencies=[SCHOOLS])
async def correct_start(young_id: UUID, body: CorrectionRequest, caller: CurrentCaller, store: StoreDep) -> PupilResponse:
    """Came on another day; or not yet, and is due again."""
    return await _presence(store, caller, Fact.START, young_id, body)


@router.post("/no-show", dependencies=[SCHOOLS])
async def correct_no_show(young_id: UUID, body: CorrectionRequest, caller: CurrentCaller, store: StoreDep) -> PupilResponse:
    """Was missed on another day; or was not, and is due again, if a seat is free."""
    return await _presence(store, caller, Fact.NO_SHOW, young_id, body)


@router.post("/interruption", dependencies=[SCHOOLS])
async def correct_interruption(
    young_id: UUID, body: InterruptionCorrectionRequest, caller: CurrentCaller, store: StoreDep
) -> PupilResponse:
    """Left on another day or for another reason; or did not leave, and is present as if never gone, if a seat is free."""
    mending = body.mending(store.clock)
    command = {"fact": Fact.INTERRUPTION, "interruption": body.interruption}
    pupil = await corrections.correct(store, caller, correct_presence, young_id=young_id, mending=mending, **command)
    return await shown.pupil(store, caller, pupil)


@router.post("/return", dependencies=[SCHOOLS])
async def correct_return(young_id: UUID, body: CorrectionRequest, caller: CurrentCaller, store: StoreDep) -> PupilResponse:
    """Came back on another day; or did not, and the seat is free again."""
    return await _presence(store, caller, Fact.RETURN, young_id, body)


@router.post("/completion", dependencies=[SCHOOLS])
async def correct_completion(young_id: UUID, body: CorrectionRequest, caller: CurrentCaller, store: StoreDep) -> PupilResponse:
    """Completed on another day; or did not, and is present still."""
    return await _presence(store, caller, Fact.COMPLETION, young_id, body)


@router.post("/year", dependencies=[SCHOOLS])
async def correct_year(young_id: UUID, body: YearCorrectionRequest, caller: CurrentCaller, store: StoreDep) -> PupilResponse:
    """The last move up, repeat or change of programme was to another intake, on another day, or was none."""
    mending = body.mending(store.clock)
    pupil = await corrections.correct_move(store, caller, young_id=young_id, mending=mending, intake_id=body.intake_id)
    return await shown.pupil(store, caller, pupil)


@router.post("/exam", dependencies=[SCHOOLS])
async def correct_an_exam(young_id: UUID, body: ExamCorrectionRequest, caller: CurrentCaller, store: StoreDep) -> PupilResponse:
    """Presented to another session, registered on another day; or not presented."""
    mending, command = body.mending(store.clock), {"exam_id": body.exam_id, "session": body.session}
    pupil = await corrections.correct(store, caller, correct_exam, young_id=young_id, mending=mending, **command)
    return await shown.pupil(store, caller, pupil)


@router.post("/result", dependencies=[SCHOOLS])
async def correct_a_result(
    young_id: UUID, body: ResultCorrectionRequest, caller: CurrentCaller, store: StoreDep
) -> PupilResponse:
    """Another result, or on another day; or none is known yet."""
    mending, command = body.mending(store.clock), {"exam_id": body.exam_id, "result": body.result}
    pupil = await corrections.correct(store, caller, correct_result, young_id=young_id, mending=mending, **command)
    return await shown.pupil(store, caller, pupil)


@router.post("/outcome", dependencies=[may(ENROLMENT, E.DECLARE_AN_OUTCOME)])
async def correct_an_outcome(
    young_id: UUID, body: OutcomeCorrectionRequest, caller: CurrentCaller, store: StoreDep
) -> PupilResponse | OutcomesResponse:
    """What a source said became of a leaver was otherwise, or is taken back. An agency mends, and reads, its own word only."""
    ensure_own_word(caller, body.source)
    mending = body.mending(store.clock)
    word = body.word(mending.happened_on)
    pupil = await corrections.correct_word(
        store, caller, young_id=young_id, mending=mending, horizon=body.horizon, source=body.source, word=word
    )
    if agency_of(caller):
        return OutcomesResponse(young_id=young_id, outcomes=(word,) if word else ())
    return await shown.pupil(store, caller, pupil)


async def _presence(store: StoreDep, caller: Caller, fact: Fact, young_id: UUID, body: CorrectionRequest) -> PupilResponse:
    mending = body.mending(store.clock)
    pupil = await corrections.correct(store, caller, correct_presence, young_id=young_id, mending=mending, fact=fact)
    return await shown.pupil(store, caller, pupil)
