"""Answers to an offered place over HTTP: by the agency in whose name it was offered, or by the school that heard the family."""

from uuid import UUID

from services.enrolment import use_cases
from services.enrolment.api import shown
from services.enrolment.api.applications import ONE, router
from services.enrolment.api.deps import StoreDep
from services.enrolment.api.schemas import AnswerRequest
from services.enrolment.domain import places
from services.enrolment.domain.statuses import APPLICATION, A
from services.enrolment.domain.visibility import agency_of
from services.enrolment.views import ApplicationResponse
from shared.web.auth import CurrentCaller, may


@router.post(ONE + "/confirm", dependencies=[may(APPLICATION, A.CONFIRM)])
async def confirm_place(
    intake_id: UUID, young_id: UUID, body: AnswerRequest, caller: CurrentCaller, store: StoreDep
) -> ApplicationResponse:
    """Take the offered seat: the young person becomes a pupil. 409 where another enrolment is under way.

    An agency answers for a place that was offered in its own referral's name; a school records the family's word.
    """
    on, word = store.clock.day(body.on), body.word_told_to(caller)
    intake = await use_cases.confirm(store, caller, intake_id=intake_id, young_id=young_id, word=word, on=on)
    return await shown.application(store, caller, intake, young_id)


@router.post(ONE + "/decline", dependencies=[may(APPLICATION, A.DECLINE)])
async def decline_place(
    intake_id: UUID, young_id: UUID, body: AnswerRequest, caller: CurrentCaller, store: StoreDep
) -> ApplicationResponse:
    """Say no to the offered seat: whoever may confirm it."""
    on, word = store.clock.day(body.on), body.word_told_to(caller)
    intake = await store.intakes.acting(caller).decide(
        intake_id, places.decline, young_id=young_id, agency=agency_of(caller), word=word, on=on
    )
    return await shown.application(store, caller, intake, young_id)


__all__ = ["router"]
