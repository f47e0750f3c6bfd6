"""Referrals: read, amended and asked back by their own agency."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import Depends, Request

from services.referral import use_cases, views
from services.referral.api.deps import Secret, StoreDep, read_by
from services.referral.api.schemas import AmendmentRequest, CompletionRequest
from services.referral.domain.answer import ReferralStatus
from services.referral.domain.record import gone
from services.referral.domain.referral import Referral, request_withdrawal
from services.referral.store import Store
from services.referral.store.audit import What, Whom
from shared.kernel.caller import Caller
from shared.kernel.errors import Forbidden, Gone, Invalid, NotFound, Refused
from shared.web.auth import CurrentCaller
from shared.web.bodies import DatedBody
from shared.web.cursor import Page, PagingDep
from shared.web.names import Names
from shared.web.router import Router

INVALID = (
    "before_birth", "birth_in_the_future", "birth_too_early", "informed_in_the_future", "out_of_school_in_the_future",
    "another_school", "reported_in_the_future", "too_young", "unknown_wish",
)  # fmt: skip
REFUSED = (
    "already_complete", "before_previous_step", "referral_closed", "still_incomplete", "unknown_agency", "withdrawn_by_you",
)  # fmt: skip


async def not_erased(request: Request, caller: CurrentCaller, store: StoreDep) -> None:
    """Raise Gone for a referral of the caller's whose person was erased: it is not told nor changed, and that is noted.

    NotFound, noted too, for an agency that goes by the id of the school which recorded it: no such one is ever registered.
    """
    try:
        referral_id = UUID(request.path_params["referral_id"])
    except (KeyError, ValueError):  # no referral in this address; or no id, which its own route refuses
        return
    if caller.kind == "agency" and await store.is_direct(referral_id):
        await store.audit.note(caller, What.WHOLE, [await store.whom(referral_id)], allowed=False)
        raise NotFound
    if await store.erased(referral_id, caller.tenant):
        await store.audit.note(caller, What.WHOLE, [await store.whom(referral_id)], allowed=False)
        raise gone()


router = Router(
    tags=["orientations"], dependencies=[Depends(not_erased)],
    problems={Forbidden: (), Refused: REFUSED, Invalid: INVALID, Gone: ()},
)  # fmt: skip
OF_SENDERS = read_by("agency", "school:head", "school:office")
"""Agencies, and the schools that recorded what a family says."""


@router.get("/referrals", dependencies=[OF_SENDERS])
async def list_referrals(
    caller: CurrentCaller, store: StoreDep, paging: PagingDep, status: ReferralStatus | None = None
) -> Page[views.ReferralResponse]:
    """The agency's own referrals, the latest first: of whom, by names alone. Each is noted in the audit."""
    part = await store.own_referrals(caller, paging.asked, status=status)
    items = await _listed(store, caller, part.items) if part.items else []
    await store.audit.note(caller, What.NAMES, [Whom(one.young_id, one.referral_id) for one in part.items])
    return paging.page(part, items)


@router.get("/referrals/{referral_id}", dependencies=[OF_SENDERS])
async def read_referral(referral_id: UUID, caller: CurrentCaller, store: StoreDep) -> views.ReferralInFullResponse:
    """One of the agency's own referrals, with its steps. Each read, and each refused one, is noted in the audit before."""
    async with store.audit.reading(caller, What.WHOLE, await store.whom(referral_id)):
        return await shown(store, caller, await store.referrals.acting(caller).get(referral_id))


@router.post("/referrals/{referral_id}/amendment", dependencies=[OF_SENDERS])
async def amend_referral(
    referral_id: UUID, body: AmendmentRequest, caller: CurrentCaller, store: StoreDep, secret: Secret
) -> views.ReferralInFullResponse:
    """Correct what the referral says; what it said before stays known under its date. The same again changes nothing."""
    on = store.clock.day(body.on)
    async with store.audit.reading(caller, What.WHOLE, await store.whom(referral_id)):
        referral = await use_cases.amend(
            store, caller, referral_id, file=body.file, details=body.details, code=body.code, secret=secret, on=on
        )
        return await shown(store, caller, referral)


@router.post("/referrals/{referral_id}/completion", dependencies=[OF_SENDERS])
async def complete_referral(
    referral_id: UUID, body: CompletionRequest, caller: CurrentCaller, store: StoreDep, secret: Secret
) -> views.ReferralInFullResponse:
    """Add what is to complete: without it, no place is confirmed in this referral's name. The same again changes nothing."""
    on = store.clock.day(body.on)
    async with store.audit.reading(caller, What.WHOLE, await store.whom(referral_id)):
        referral = await use_cases.complete(
            store, caller, referral_id, representatives=body.kept, informed=body.informed, secret=secret, on=on
        )
        return await shown(store, caller, referral)


@router.post("/referrals/{referral_id}/withdrawal", status_code=202, dependencies=[OF_SENDERS])
async def request_withdrawal_of_referral(
    referral_id: UUID, caller: CurrentCaller, store: StoreDep, body: DatedBody | None = None
) -> views.ReferralInFullResponse:
    """Ask that the referral's open applications be withdrawn. Enrolment decides; the answer comes with its events."""
    on = store.clock.day(body.on if body else None)
    async with store.audit.reading(caller, What.WHOLE, await store.whom(referral_id)):
        referral = await store.referrals.acting(caller).decide(referral_id, request_withdrawal, on=on)
        return await shown(store, caller, referral)


async def shown(store: Store, caller: Caller, referral: Referral) -> views.ReferralInFullResponse:
    """A referral of the caller's, as it is now."""
    presenter, journey = await _presenter(store, caller, [referral.young_id]), await store.journeys.of(referral.young_id)
    if referral.referral_id not in presenter.sent:  # of a backup whose keys are gone
        raise gone()
    earlier = await store.own_referral(caller, presenter.sent[referral.referral_id].earlier)
    return presenter.in_full(referral, journey, earlier=earlier)


async def _listed(store: Store, caller: Caller, referrals: Sequence[Referral]) -> list[views.ReferralResponse]:
    young_ids = [referral.young_id for referral in referrals]
    presenter, journeys = await _presenter(store, caller, young_ids), await store.journeys.of_each(young_ids)
    readable = (one for one in referrals if one.referral_id in presenter.sent)
    return [presenter.referral(referral, journeys[referral.young_id]) for referral in readable]


async def _presenter(store: Store, caller: Caller, young_ids: Sequence[UUID]) -> views.Presenter:
    agency, sent = await store.sender_of(caller), await store.vault.sent_with(young_ids)
    return views.Presenter(agency, sent, Names(await store.catalogue.every_school()), store.clock.today())
