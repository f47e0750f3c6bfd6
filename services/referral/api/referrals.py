"""Referrals: made, read and asked back by their own agency."""

from collections.abc import Sequence
from uuid import UUID

from services.referral import use_cases, views
from services.referral.api.deps import Secret, StoreDep, read_by
from services.referral.api.schemas import ReferralRequest
from services.referral.domain.answer import ReferralStatus
from services.referral.domain.person import Sent, check_dates
from services.referral.domain.referral import Referral, request_withdrawal
from services.referral.store import Store
from services.referral.store.audit import What, Whom
from services.referral.store.vault import referral_id_of
from shared.kernel.caller import Caller
from shared.kernel.errors import Forbidden, Invalid, Refused
from shared.web.auth import CurrentCaller, require
from shared.web.bodies import DatedBody
from shared.web.cursor import Page, PagingDep
from shared.web.idempotency import Idempotency
from shared.web.names import Names
from shared.web.router import Router

INVALID = (
    "before_birth", "birth_in_the_future", "birth_too_early", "informed_in_the_future", "out_of_school_in_the_future",
    "too_young", "unknown_wish",
)  # fmt: skip
router = Router(tags=["orientations"], problems={Forbidden: (), Refused: ("unknown_agency",), Invalid: INVALID})
OF_AGENCIES = read_by("agency")


@router.post("/referrals", status_code=201, dependencies=[require("agency")])
async def submit_referral(
    body: ReferralRequest, caller: CurrentCaller, key: Idempotency, store: StoreDep, secret: Secret
) -> views.ReferralInFullResponse:
    """Refer a young person. The same (agency, external_id) or Idempotency-Key again creates nothing and answers the same."""
    await store.agency_of(caller)  # refused until it is registered
    on = store.clock.day(body.on)
    check_dates(
        body.identity, informed_on=body.informed_on, out_of_school_since=body.out_of_school_since, on=on,
        today=store.clock.today(),
    )  # fmt: skip
    own_id = referral_id_of(secret, caller.tenant, body.external_id) if body.external_id is not None else key.id
    sent = Sent(
        referral_id=own_id, agency=caller.tenant, identity=body.identity, counsellor=body.counsellor,
        informed_on=body.informed_on,
    )  # fmt: skip
    referral = await use_cases.refer(
        store, caller, sent, body.details, key=key.id, fingerprint=key.fingerprint(body), secret=secret, on=on,
        unreferenced=body.external_id is None,
    )  # fmt: skip
    return await _shown(store, caller, referral)


@router.get("/referrals", dependencies=[OF_AGENCIES])
async def list_referrals(
    caller: CurrentCaller, store: StoreDep, paging: PagingDep, status: ReferralStatus | None = None
) -> Page[views.ReferralResponse]:
    """The agency's own referrals, the latest first: of whom, by names alone. Each is noted in the audit."""
    part = await store.own_referrals(caller, paging.asked, status=status)
    items = await _listed(store, caller, part.items) if part.items else []
    await store.audit.note(caller, What.NAMES, [Whom(one.young_id, one.referral_id) for one in part.items])
    return paging.page(part, items)


@router.get("/referrals/{referral_id}", dependencies=[OF_AGENCIES])
async def read_referral(referral_id: UUID, caller: CurrentCaller, store: StoreDep) -> views.ReferralInFullResponse:
    """One of the agency's own referrals, with its steps. Each read, and each refused one, is noted in the audit before."""
    async with store.audit.reading(caller, What.WHOLE, await store.whom(referral_id)):
        return await _shown(store, caller, await store.referrals.acting(caller).get(referral_id))


@router.post("/referrals/{referral_id}/withdrawal", status_code=202, dependencies=[OF_AGENCIES])
async def request_withdrawal_of_referral(
    referral_id: UUID, caller: CurrentCaller, store: StoreDep, body: DatedBody | None = None
) -> views.ReferralInFullResponse:
    """Ask that the referral's open applications be withdrawn. Enrolment decides; the answer comes with its events."""
    on = store.clock.day(body.on if body else None)
    async with store.audit.reading(caller, What.WHOLE, await store.whom(referral_id)):
        referral = await store.referrals.acting(caller).decide(referral_id, request_withdrawal, on=on)
        return await _shown(store, caller, referral)


async def _shown(store: Store, caller: Caller, referral: Referral) -> views.ReferralInFullResponse:
    presenter, journey = await _presenter(store, caller, [referral.young_id]), await store.journeys.of(referral.young_id)
    earlier = await store.own_referral(caller, presenter.sent[referral.referral_id].earlier)
    return presenter.in_full(referral, journey, earlier=earlier)


async def _listed(store: Store, caller: Caller, referrals: Sequence[Referral]) -> list[views.ReferralResponse]:
    young_ids = [referral.young_id for referral in referrals]
    presenter, journeys = await _presenter(store, caller, young_ids), await store.journeys.of_each(young_ids)
    return [presenter.referral(referral, journeys[referral.young_id]) for referral in referrals]


async def _presenter(store: Store, caller: Caller, young_ids: Sequence[UUID]) -> views.Presenter:
    agency, sent = await store.agency_of(caller), await store.vault.sent_with(young_ids)
    return views.Presenter(agency, sent, Names(await store.catalogue.every_school()), store.clock.today())
