"""An agency's whole present state, with the position after which its stream goes on."""

from uuid import UUID

from pydantic import BaseModel

from services.referral.api.deps import StoreDep
from shared.events.to_agencies import AgencyView
from shared.kernel.errors import Forbidden
from shared.web.auth import CurrentCaller, require
from shared.web.router import Router
from shared.web.snapshot import KAFKA_AWAY, ReadingDep, Snapshot

router = Router(tags=["flux"], problems={Forbidden: ()})


class ReferralInSnapshot(BaseModel):
    """A referral as its agency was told of it last: what an event `referral.received` or `.changed` says, and no identity."""

    referral_id: UUID
    young_id: UUID
    revision: int
    view: AgencyView


@router.get("/snapshot", dependencies=[require("agency")], responses=KAFKA_AWAY)
async def read_snapshot(caller: CurrentCaller, store: StoreDep, reading: ReadingDep) -> Snapshot[ReferralInSnapshot]:
    """Each referral of the agency. Keep it all, then follow `GET /stream?since=` the position: nothing is missing in between.

    An event whose revision is not above what is kept of its referral says nothing new.
    """
    part = await store.told_referrals(caller, reading.asked)
    shown = [ReferralInSnapshot.model_validate(one.model_dump()) for one in part.items]
    return reading.answer(part, shown)
