"""Orders: receipt, quote, acceptance, work, delivery, invoice. The workshop starts, completes and delivers."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Body
from pydantic import Field

from services.production.api.deps import OFFICE, SCHOOL, StoreDep
from services.production.domain import orders
from services.production.domain.clients import FreeText
from services.production.domain.orders import WORDS, Order, Status
from services.production.store import Store
from shared.events.production import CancellationCode
from shared.kernel.errors import Invalid, NotFound, Refused
from shared.web.auth import CurrentCaller, require
from shared.web.bodies import DatedBody
from shared.web.idempotency import Idempotency
from shared.web.router import Router, responses_for

router = Router(
    prefix="/orders",
    tags=["commandes"],
    problems={
        Refused: ("before_last_invoice", "before_previous_step", "wrong_status"),
        Invalid: ("due_before_quote", "no_amount"),
    },
)


class OrderRequest(DatedBody):
    client_id: UUID
    title: FreeText


class QuoteRequest(DatedBody):
    amount_cents: int = Field(gt=0, le=10**11, description="Centimes d'euro, hors taxes.")
    due_on: date = Field(description="Le jour promis au client.")


class CancellationRequest(DatedBody):
    code: CancellationCode


class OrderResponse(Order):
    """An order, with its free text and its status in French."""

    title: str
    status_label: str


OptionalBody = Annotated[DatedBody, Body()]


async def answer(store: Store, order: Order) -> OrderResponse:
    """One order as it is shown."""
    return (await answers(store, [order]))[0]


async def answers(store: Store, found: list[Order]) -> list[OrderResponse]:
    """Orders as they are shown, in their order."""
    titles = await store.titles(order.order_id for order in found)
    return [
        OrderResponse(**order.model_dump(), title=titles.get(order.order_id, ""), status_label=WORDS[order.status])
        for order in found
    ]


@router.post("", status_code=201, dependencies=[OFFICE], responses=responses_for({NotFound: ()}))
async def receive_order(body: OrderRequest, key: Idempotency, caller: CurrentCaller, store: StoreDep) -> OrderResponse:
    """A client of the school asks for something. 404 if the client is not the school's."""
    on, client = store.clock.day(body.on), await store.clients.get(body.client_id, caller=caller)
    await store.entitle(key.id, body.title)  # first: killed here, a title without its order harms nobody
    order = await store.orders.acting(caller).create_once(
        key.id, key.fingerprint, orders.receive,
        order_id=key.id, school=caller.tenant, client_id=client.client_id, client_kind=client.kind, on=on,
    )  # fmt: skip
    return await answer(store, order)


@router.get("", dependencies=[require("school", "admin")])
async def list_orders(caller: CurrentCaller, store: StoreDep, status: Status | None = None) -> list[OrderResponse]:
    """The school's orders, the latest received first."""
    where = {"state.status": status} if status else {}
    found = await store.orders.acting(caller).find(where, sort=[("state.steps.received", -1), ("_id", 1)])
    return await answers(store, found)


@router.get("/{order_id}", dependencies=[require("school", "admin")])
async def read_order(order_id: UUID, caller: CurrentCaller, store: StoreDep) -> OrderResponse:
    """One order. 404 if it is another school's."""
    return await answer(store, await store.orders.acting(caller).get(order_id))


@router.post("/{order_id}/quote", dependencies=[OFFICE])
async def quote_order(order_id: UUID, body: QuoteRequest, caller: CurrentCaller, store: StoreDep) -> OrderResponse:
    """A price and a promised day; it may be made again until the client answers."""
    order = await store.orders.acting(caller).decide(
        order_id, orders.quote, amount_cents=body.amount_cents, due_on=body.due_on, on=store.clock.day(body.on)
    )
    return await answer(store, order)


@router.post("/{order_id}/accept", dependencies=[OFFICE])
async def accept_order(order_id: UUID, caller: CurrentCaller, store: StoreDep, body: OptionalBody = DatedBody()) -> OrderResponse:
    """The client says yes."""
    return await answer(store, await store.orders.acting(caller).decide(order_id, orders.accept, on=store.clock.day(body.on)))


@router.post("/{order_id}/start", dependencies=[SCHOOL])
async def start_order(order_id: UUID, caller: CurrentCaller, store: StoreDep, body: OptionalBody = DatedBody()) -> OrderResponse:
    """The workshop begins."""
    return await answer(store, await store.orders.acting(caller).decide(order_id, orders.start, on=store.clock.day(body.on)))


@router.post("/{order_id}/complete", dependencies=[SCHOOL])
async def complete_order(
    order_id: UUID, caller: CurrentCaller, store: StoreDep, body: OptionalBody = DatedBody()
) -> OrderResponse:
    """The work is done."""
    return await answer(store, await store.orders.acting(caller).decide(order_id, orders.complete, on=store.clock.day(body.on)))


@router.post("/{order_id}/deliver", dependencies=[SCHOOL])
async def deliver_order(
    order_id: UUID, caller: CurrentCaller, store: StoreDep, body: OptionalBody = DatedBody()
) -> OrderResponse:
    """The client has it."""
    return await answer(store, await store.orders.acting(caller).decide(order_id, orders.deliver, on=store.clock.day(body.on)))


@router.post("/{order_id}/invoice", dependencies=[OFFICE])
async def invoice_order(
    order_id: UUID, caller: CurrentCaller, store: StoreDep, body: OptionalBody = DatedBody()
) -> OrderResponse:
    """The quoted amount, under the next number of the school's series for that civil year."""
    return await answer(store, await store.invoice(order_id, caller, on=store.clock.day(body.on)))


@router.post("/{order_id}/cancel", dependencies=[OFFICE])
async def cancel_order(order_id: UUID, body: CancellationRequest, caller: CurrentCaller, store: StoreDep) -> OrderResponse:
    """Given up, for a reason by code."""
    order = await store.orders.acting(caller).decide(order_id, orders.cancel, code=body.code, on=store.clock.day(body.on))
    return await answer(store, order)
