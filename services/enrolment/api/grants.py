"""Grants over HTTP: the Région and the administrator write and correct, their holder reads."""

from collections.abc import Sequence
from uuid import UUID

from services.enrolment import use_cases, views
from services.enrolment.api.deps import StoreDep
from services.enrolment.api.grant_schemas import (
    GrantCorrectionRequest,
    GrantRequest,
    PaymentCorrectionRequest,
    PaymentRequest,
)
from services.enrolment.domain import grant as decisions
from services.enrolment.domain import grant_corrections as corrections
from services.enrolment.domain.grant import FUNDERS, Grant
from services.enrolment.store import lists
from services.enrolment.views import GrantResponse
from shared.events.catalogue import NETWORK, GrantAwarded
from shared.kernel.errors import Invalid, Refused
from shared.web.auth import CurrentCaller, require
from shared.web.cursor import Page, PagingDep
from shared.web.idempotency import Idempotency
from shared.web.router import Router

REFUSALS = (
    "already_awarded", "already_paid", "before_civil_year", "before_previous_step", "more_than_awarded", "payments_stand",
    "voided",
)  # fmt: skip
router = Router(tags=["subventions"], problems={Refused: REFUSALS, Invalid: ("unknown_school",)})
WRITERS = require(*FUNDERS)


async def _shown(store: StoreDep, grants: Sequence[Grant]) -> list[GrantResponse]:
    names = views.names(await store.schools_named(grant.holder for grant in grants), {}, on=store.clock.today())
    return [views.grant(grant, names) for grant in grants]


@router.post("/grants", status_code=201, dependencies=[WRITERS])
async def award_grant(body: GrantRequest, key: Idempotency, caller: CurrentCaller, store: StoreDep) -> GrantResponse:
    """Promise public money to a school or to the network. The same again is refused, unless it is said to be distinct."""
    if body.holder != NETWORK and not await store.find_school(body.holder):
        sentence = "Cette école n’est pas connue."
        raise Invalid("unknown_school", sentence, fields={"holder": sentence})
    awarded = GrantAwarded(**{**body.model_dump(), "grant_id": key.id, "on": store.clock.day(body.on)})
    grant = await use_cases.award(store, caller, key.fingerprint(body), awarded, distinct=body.distinct)
    return (await _shown(store, [grant]))[0]


@router.post("/grants/{grant_id}/payments", status_code=201, dependencies=[WRITERS])
async def pay_grant(
    grant_id: UUID, body: PaymentRequest, key: Idempotency, caller: CurrentCaller, store: StoreDep
) -> GrantResponse:
    """Pay a part of a grant, never more than was promised. The same amount on one day is refused, unless it is distinct."""
    on = store.clock.day(body.on)
    grant = await store.grants.acting(caller).decide(
        grant_id, decisions.pay, payment_id=key.id, amount_cents=body.amount_cents, on=on, day_said=body.on is not None,
        distinct=body.distinct,
    )  # fmt: skip
    return (await _shown(store, [grant]))[0]


@router.post("/grants/{grant_id}/corrections", dependencies=[WRITERS])
async def correct_grant(grant_id: UUID, body: GrantCorrectionRequest, caller: CurrentCaller, store: StoreDep) -> GrantResponse:
    """Say otherwise what was promised, or that nothing was. Never less than was paid."""
    grants, on = store.grants.acting(caller), store.clock.day(body.on)
    if body.voided:
        grant = await grants.decide(grant_id, corrections.void, code=body.code, on=on)
    else:
        grant = await grants.decide(grant_id, corrections.correct, code=body.code, changes=body.changes, on=on)
    return (await _shown(store, [grant]))[0]


@router.post("/grants/{grant_id}/payments/{payment_id}/corrections", dependencies=[WRITERS])
async def correct_payment(
    grant_id: UUID, payment_id: UUID, body: PaymentCorrectionRequest, caller: CurrentCaller, store: StoreDep
) -> GrantResponse:
    """Say otherwise what was paid and when, or that nothing was."""
    grants, on = store.grants.acting(caller), store.clock.day(body.on)
    if body.voided:
        grant = await grants.decide(grant_id, corrections.void_payment, payment_id=payment_id, code=body.code, on=on)
    else:
        paid_on = store.clock.day(body.happened_on) if body.happened_on else None
        grant = await grants.decide(
            grant_id, corrections.correct_payment, payment_id=payment_id, code=body.code, amount_cents=body.amount_cents,
            paid_on=paid_on, on=on,
        )  # fmt: skip
    return (await _shown(store, [grant]))[0]


@router.get("/grants", dependencies=[require("admin", "region", "federation", "school:head", "school:office")])
async def list_grants(caller: CurrentCaller, store: StoreDep, paging: PagingDep) -> Page[GrantResponse]:
    """The grants that one may see: a school, its own."""
    part = await lists.grants(store, caller, paging.asked)
    return paging.page(part, await _shown(store, part.items))
