"""How a school meets an applicant, over HTTP: attempts to reach them, an interview, an immersion, what came of these."""

from uuid import UUID

from services.enrolment.api import shown
from services.enrolment.api.applications import ONE
from services.enrolment.api.deps import StoreDep
from services.enrolment.api.meeting_schemas import ContactRequest, EndImmersionRequest, ImmersionRequest, InterviewRequest
from services.enrolment.domain import applications as decisions
from services.enrolment.domain.meetings import cancel_meeting as cancel
from services.enrolment.domain.statuses import APPLICATION, A
from services.enrolment.domain.words import Said
from services.enrolment.use_cases import meetings, transferring
from services.enrolment.views import ApplicationResponse
from shared.kernel.errors import Refused
from shared.web.auth import CurrentCaller, may
from shared.web.bodies import DatedBody
from shared.web.router import Router

REFUSALS = (
    "after_closing", "before_immersion", "before_previous_step", "intake_closed", "not_allowed", "not_attended",
    "planned_before", "too_few_attempts", "too_many_attempts",
)  # fmt: skip
router = Router(tags=["candidatures"], problems={Refused: REFUSALS})


@router.post(ONE + "/contacts", dependencies=[may(APPLICATION, A.CONTACT)])
async def log_contact(
    intake_id: UUID, young_id: UUID, body: ContactRequest, caller: CurrentCaller, store: StoreDep
) -> ApplicationResponse:
    """Log an attempt to reach the applicant: after three in vain, at distinct moments, a refusal may say « unreachable »."""
    contact, said = body.contact(store.clock), Said(note=body.note)
    intake = await meetings.log_contact(store, caller, intake_id=intake_id, young_id=young_id, contact=contact, said=said)
    return await shown.application(store, caller, intake, young_id)


@router.post(ONE + "/plan-interview", dependencies=[may(APPLICATION, A.PLAN_INTERVIEW)])
async def plan_interview(
    intake_id: UUID, young_id: UUID, body: InterviewRequest, caller: CurrentCaller, store: StoreDep
) -> ApplicationResponse:
    """Agree on a day to meet, at an hour, somewhere, with somebody; asked again otherwise, it is planned anew."""
    intake = await meetings.plan_interview(
        store, caller, intake_id=intake_id, young_id=young_id, planned_on=body.planned_on, at=body.at, said=body.said,
        on=store.clock.day(body.on),
    )  # fmt: skip
    return await shown.application(store, caller, intake, young_id)


@router.post(ONE + "/plan-immersion", dependencies=[may(APPLICATION, A.PLAN_IMMERSION)])
async def plan_immersion(
    intake_id: UUID, young_id: UUID, body: ImmersionRequest, caller: CurrentCaller, store: StoreDep
) -> ApplicationResponse:
    """Agree on days in the workshop, as for an interview."""
    intake = await meetings.plan_immersion(
        store, caller, intake_id=intake_id, young_id=young_id, planned_from=body.planned_from, planned_until=body.planned_until,
        at=body.at, said=body.said, on=store.clock.day(body.on),
    )  # fmt: skip
    return await shown.application(store, caller, intake, young_id)


@router.post(ONE + "/cancel-meeting", dependencies=[may(APPLICATION, A.CANCEL_MEETING)])
async def cancel_meeting(
    intake_id: UUID, young_id: UUID, body: DatedBody, caller: CurrentCaller, store: StoreDep
) -> ApplicationResponse:
    """The interview or the immersion that was planned will not be held: the application is under review again."""
    on = store.clock.day(body.on)
    intake = await store.intakes.acting(caller).decide(intake_id, cancel, young_id=young_id, on=on)
    return await shown.application(store, caller, intake, young_id)


@router.post(ONE + "/end-immersion", dependencies=[may(APPLICATION, A.END_IMMERSION)])
async def end_immersion(
    intake_id: UUID, young_id: UUID, body: EndImmersionRequest, caller: CurrentCaller, store: StoreDep
) -> ApplicationResponse:
    """The immersion took place, or the applicant did not come; and, where it is said, what follows: admissible or refused."""
    intake = await transferring.refuse(
        store, caller, decisions.end_immersion, intake_id=intake_id, young_id=young_id, attended=body.attended,
        admissible=body.admissible, code=body.code, on=store.clock.day(body.on),
    )  # fmt: skip
    return await shown.application(store, caller, intake, young_id)
