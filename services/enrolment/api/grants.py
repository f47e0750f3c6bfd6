"""Grants over HTTP: the Région and the administrator write, their holder reads."""

from uuid import UUID

from services.enrolment.api.deps import StoreDep
from services.enrolment.api.schemas import GrantRequest, PaymentRequest
from services.enrolment.domain import grant as decisions
from services.enrolment.domain.grant import Grant
from shared.events.catalogue import NETWORK, GrantAwarded
from shared.kernel.errors import Invalid, Refused
from shared.web.auth import CurrentCaller, require
from shared.web.idempotency import Idempotency
from shared.web.router import Router

router = Router(tags=["subventions"], problems={Refused: ("more_than_awarded",), Invalid: ("unknown_school",)})
FUNDERS = require("admin", "region")


class GrantResponse(Grant):
    """A grant, its payments and their total (euro cents)."""

    total_paid_cents: int


def _shown(grant: Grant) -> GrantResponse:
    return GrantResponse(**grant.model_dump(), total_paid_cents=grant.paid_cents)


@router.post("/grants", status_code=201, dependencies=[FUNDERS])
async def award_grant(body: GrantRequest, key: Idempotency, caller: CurrentCaller, store: StoreDep) -> GrantResponse:
    """Promise public money to a school or to the network."""
    if body.holder != NETWORK and not await store.find_school(body.holder):
        raise Invalid("unknown_school", "Cette école n’est pas connue.")
    awarded = GrantAwarded(**{**body.model_dump(), "grant_id": key.id, "on": store.clock.day(body.on)})
    return _shown(await store.grants.acting(caller).create_once(key.id, key.fingerprint(body), decisions.award, event=awarded))


@router.post("/grants/{grant_id}/payments", status_code=201, dependencies=[FUNDERS])
async def pay_grant(
    grant_id: UUID, body: PaymentRequest, key: Idempotency, caller: CurrentCaller, store: StoreDep
) -> GrantResponse:
    """Pay a part of a grant, never more than was promised."""
    on = store.clock.day(body.on)
    cents = body.amount_cents
    return _shown(await store.grants.acting(caller).decide(grant_id, decisions.pay, payment_id=key.id, amount_cents=cents, on=on))


@router.get("/grants", dependencies=[require("admin", "region", "federation", "school")])
async def list_grants(caller: CurrentCaller, store: StoreDep) -> list[GrantResponse]:
    """The grants that one may see: a school, its own."""
    return [_shown(grant) for grant in await store.grants_visible_to(caller)]
