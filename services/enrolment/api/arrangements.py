"""What a school arranges on the way to a place, over HTTP: another day of entry, another deadline, an offer taken back."""

from uuid import UUID

from services.enrolment.api import shown
from services.enrolment.api.deps import StoreDep
from services.enrolment.api.schemas import EntryRequest, ExtendRequest
from services.enrolment.domain import offers
from services.enrolment.domain.statuses import APPLICATION, A
from services.enrolment.use_cases import admission
from services.enrolment.views import ApplicationResponse
from shared.kernel.errors import Invalid, Refused, Unavailable
from shared.web.auth import CurrentCaller, may
from shared.web.bodies import DatedBody
from shared.web.router import Router

REFUSALS = ("before_previous_step", "intake_closed", "not_allowed", "not_eligible", "offer_expired", "until_before")
router = Router(
    tags=["candidatures"],
    problems={
        Refused: REFUSALS,
        Invalid: ("outside_school_year", "unknown_programme"),
        Unavailable: ("not_heard_yet",),
    },
)
ONE = "/intakes/{intake_id}/applications/{young_id}"


@router.post(ONE + "/plan-entry", dependencies=[may(APPLICATION, A.PLAN_ENTRY)])
async def plan_entry(
    intake_id: UUID, young_id: UUID, body: EntryRequest, caller: CurrentCaller, store: StoreDep
) -> ApplicationResponse:
    """Agree on a later day of entry: age and priority are those of that day."""
    on = store.clock.day(body.on)
    intake = await admission.plan_entry(store, caller, intake_id=intake_id, young_id=young_id, entry_on=body.entry_on, on=on)
    return await shown.application(store, caller, intake, young_id)


@router.post(ONE + "/extend-offer", dependencies=[may(APPLICATION, A.EXTEND_OFFER)])
async def extend_offer(
    intake_id: UUID, young_id: UUID, body: ExtendRequest, caller: CurrentCaller, store: StoreDep
) -> ApplicationResponse:
    """Hold the seat until another day, later or earlier, at the latest the day the intake closes."""
    on = store.clock.day(body.on)
    intake = await store.intakes.acting(caller).decide(intake_id, offers.extend_offer, young_id=young_id, until=body.until, on=on)
    return await shown.application(store, caller, intake, young_id)


@router.post(ONE + "/take-back-offer", dependencies=[may(APPLICATION, A.TAKE_BACK_OFFER)])
async def take_back_offer(
    intake_id: UUID, young_id: UUID, body: DatedBody, caller: CurrentCaller, store: StoreDep
) -> ApplicationResponse:
    """No longer offer the seat: free again, it may go to the first who waits; the applicant is admissible as before."""
    on = store.clock.day(body.on)
    intake = await store.intakes.acting(caller).decide(intake_id, offers.take_back_offer, young_id=young_id, on=on)
    return await shown.application(store, caller, intake, young_id)
