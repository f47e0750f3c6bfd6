"""Grants over HTTP: the Région and the administrator write, their holder reads."""

from collections.abc import Sequence
from uuid import UUID

from services.enrolment import views
from services.enrolment.api.deps import StoreDep
from services.enrolment.api.schemas import GrantRequest, PaymentRequest
from services.enrolment.domain import grant as decisions
from services.enrolment.domain.grant import PAY, Grant
from services.enrolment.store import lists
from services.enrolment.views import GrantResponse
from shared.events.catalogue import NETWORK, GrantAwarded
from shared.kernel.errors import Invalid, Refused
from shared.web.auth import CurrentCaller, require
from shared.web.cursor import Page, PagingDep
from shared.web.idempotency import Idempotency
from shared.web.router import Router

router = Router(tags=["subventions"], problems={Refused: ("more_than_awarded",), Invalid: ("unknown_school",)})
FUNDERS = require(*PAY.who)


async def _shown(store: StoreDep, grants: Sequence[Grant]) -> list[GrantResponse]:
    names = views.names(await store.schools_named(grant.holder for grant in grants), {})
    return [views.grant(grant, names) for grant in grants]


@router.post("/grants", status_code=201, dependencies=[FUNDERS])
async def award_grant(body: GrantRequest, key: Idempotency, caller: CurrentCaller, store: StoreDep) -> GrantResponse:
    """Promise public money to a school or to the network."""
    if body.holder != NETWORK and not await store.find_school(body.holder):
        sentence = "Cette école n’est pas connue."
        raise Invalid("unknown_school", sentence, fields={"holder": sentence})
    awarded = GrantAwarded(**{**body.model_dump(), "grant_id": key.id, "on": store.clock.day(body.on)})
    grant = await store.grants.acting(caller).create_once(key.id, key.fingerprint(body), decisions.award, event=awarded)
    return (await _shown(store, [grant]))[0]


@router.post("/grants/{grant_id}/payments", status_code=201, dependencies=[FUNDERS])
async def pay_grant(
    grant_id: UUID, body: PaymentRequest, key: Idempotency, caller: CurrentCaller, store: StoreDep
) -> GrantResponse:
    """Pay a part of a grant, never more than was promised."""
    on = store.clock.day(body.on)
    grant = await store.grants.acting(caller).decide(
        grant_id, decisions.pay, payment_id=key.id, amount_cents=body.amount_cents, on=on, day_said=body.on is not None
    )
    return (await _shown(store, [grant]))[0]


@router.get("/grants", dependencies=[require("admin", "region", "federation", "school:head", "school:office")])
async def list_grants(caller: CurrentCaller, store: StoreDep, paging: PagingDep) -> Page[GrantResponse]:
    """The grants that one may see: a school, its own."""
    part = await lists.grants(store, caller, paging.asked)
    return paging.page(part, await _shown(store, part.items))
