"""Referrals: made, read and asked back by their own agency."""

from datetime import date
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from services.referral import views
from services.referral.api.deps import Secret, StoreDep, Text
from services.referral.domain.person import Identity, Sent, check_dates
from services.referral.domain.referral import Status, request_withdrawal
from services.referral.store import PAGE, Store
from services.referral.store.vault import referral_id_of, traits_of
from shared.events.referral import AgencyKind, Situation, Wish
from shared.kernel.caller import Caller
from shared.kernel.errors import Invalid, Refused
from shared.kernel.identifiers import Department
from shared.web.auth import CurrentCaller, require
from shared.web.bodies import DatedBody
from shared.web.idempotency import Idempotency, IdempotencyKey
from shared.web.router import Router

INVALID = (
    "before_birth", "birth_in_the_future", "birth_too_early", "informed_in_the_future", "out_of_school_in_the_future",
    "too_young",
)  # fmt: skip
router = Router(
    tags=["orientations"], dependencies=[require("agency")], problems={Refused: ("unknown_agency",), Invalid: INVALID}
)


class WishRequest(Wish):
    model_config = ConfigDict(extra="forbid", frozen=True)
    departments: Annotated[tuple[Department, ...], Field(max_length=20)] = ()


class ReferralRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    external_id: Text | None = Field(None, description="The agency's own reference: kept as a keyed hash only.")
    identity: Identity
    informed_on: date
    counsellor: Text
    situation: Situation
    out_of_school_since: date | None = None
    department: Department
    wishes: list[WishRequest] = Field(min_length=1, max_length=5)
    on: date | None = None


@router.post("/referrals", status_code=201)
async def submit_referral(
    body: ReferralRequest, caller: CurrentCaller, once: Idempotency, store: StoreDep, secret: Secret
) -> views.ReferralInFullResponse:
    """Refer a young person. The same (agency, external_id) or Idempotency-Key again creates nothing and answers the same."""
    agency = await store.referring(caller)
    on, since = store.clock.day(body.on), body.out_of_school_since
    check_dates(body.identity, informed_on=body.informed_on, out_of_school_since=since, on=on, today=store.clock.today())
    key = once.id
    if body.external_id is not None:
        once = IdempotencyKey(referral_id_of(secret, caller.tenant, body.external_id), once.fingerprint)
    sent = Sent(
        referral_id=once.id,
        agency=caller.tenant,
        identity=body.identity,
        counsellor=body.counsellor,
        informed_on=body.informed_on,
    )
    await store.submit(
        caller, once, key, sent, traits_of(body.identity, secret), fresh=uuid4(), situation=body.situation,
        out_of_school_since=since, department=body.department, wishes=tuple(body.wishes), on=on,
    )  # fmt: skip
    return await _in_full(store, caller, once.id, agency.kind)


@router.get("/referrals")
async def list_referrals(
    caller: CurrentCaller, store: StoreDep, status: Status | None = None, page: Annotated[int, Query(ge=1, le=10_000)] = 1
) -> views.PageResponse:
    """The agency's own referrals, the latest first, fifty a page."""
    found, total = await store.page(caller, status, page)
    ids = [one.young_id for one in found]
    journeys, sent, today = await store.journeys.of_each(ids), await store.vault.sent_with(ids), store.clock.today()
    items = [views.show(one, journeys[one.young_id], sent, today=today) for one in found]
    return views.PageResponse(items=items, page=page, pages=-(-total // PAGE), total=total)


@router.get("/referrals/{referral_id}")
async def read_referral(referral_id: UUID, caller: CurrentCaller, store: StoreDep) -> views.ReferralInFullResponse:
    """One of the agency's own referrals, with its steps."""
    return await _in_full(store, caller, referral_id, (await store.referring(caller)).kind)


@router.post("/referrals/{referral_id}/withdrawal", status_code=202)
async def request_withdrawal_of_referral(
    referral_id: UUID, caller: CurrentCaller, store: StoreDep, body: DatedBody | None = None
) -> views.ReferralInFullResponse:
    """Ask that the referral's open applications be withdrawn. Enrolment decides; the answer comes with its events."""
    on = store.clock.day(body.on if body else None)
    await store.referrals.acting(caller).decide(referral_id, request_withdrawal, on=on)
    return await _in_full(store, caller, referral_id, (await store.referring(caller)).kind)


async def _in_full(store: Store, caller: Caller, referral_id: UUID, kind: AgencyKind) -> views.ReferralInFullResponse:
    referral = await store.referrals.acting(caller).get(referral_id)
    journey = await store.journeys.of(referral.young_id)
    sent = await store.vault.sent_with([referral.young_id])
    return views.show_in_full(referral, journey, sent, kind=kind, today=store.clock.today())
