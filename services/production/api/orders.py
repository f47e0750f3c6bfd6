"""Orders: receipt, quote, acceptance, work, delivery, invoice. The workshop starts, completes and delivers."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Body

from services.production import use_cases
from services.production.api.deps import OFFICE, READERS, SCHOOL, StoreDep
from services.production.api.schemas import (
    CancellationRequest,
    CreditRequest,
    InvoiceRequest,
    OrderRequest,
    QuoteRequest,
    StepCorrectionRequest,
)
from services.production.domain import order_corrections as corrections
from services.production.domain import orders
from services.production.domain.order import ORDER, Action, Order, OrderStatus
from services.production.store import Store
from services.production.views import OrderResponse, show_order
from shared.kernel.errors import Forbidden, Invalid, NotFound, Refused
from shared.web.auth import CurrentCaller, may
from shared.web.bodies import DatedBody
from shared.web.cursor import Page, PagingDep
from shared.web.idempotency import Idempotency
from shared.web.names import Names
from shared.web.router import Router, responses_for

router = Router(
    prefix="/orders",
    tags=["commandes"],
    problems={
        Refused: (
            "after_next_step",
            "already_credited",
            "before_last_invoice",
            "before_previous_step",
            "more_than_invoiced",
            "not_allowed",
            "not_as_quoted",
            "not_declared",
            "not_the_last_step",
        ),
        Invalid: ("due_before_quote", "no_amount"),
    },
)
OptionalBody = Annotated[DatedBody, Body()]


@router.post("", status_code=201, dependencies=[OFFICE], responses=responses_for({NotFound: ()}))
async def receive_order(body: OrderRequest, key: Idempotency, caller: CurrentCaller, store: StoreDep) -> OrderResponse:
    """A client of the school asks for something. 404 if the client is not the school's."""
    order = await use_cases.receive_order(
        store, caller, key.id, key.fingerprint(body), client_id=body.client_id, title=body.title, on=store.clock.day(body.on)
    )
    return await _shown(store, order)


@router.get("", dependencies=[READERS])
async def list_orders(
    caller: CurrentCaller, store: StoreDep, paging: PagingDep, status: OrderStatus | None = None
) -> Page[OrderResponse]:
    """The school's orders, the latest received first."""
    part = await store.orders_visible_to(caller, paging.asked, status=status)
    return paging.page(part, await _shown_all(store, part.items))


@router.get("/{order_id}", dependencies=[READERS])
async def read_order(order_id: UUID, caller: CurrentCaller, store: StoreDep) -> OrderResponse:
    """One order. 404 if it is another school's."""
    return await _shown(store, await store.orders.acting(caller).get(order_id))


@router.post("/{order_id}/quote", dependencies=[may(ORDER, Action.QUOTE)])
async def quote_order(order_id: UUID, body: QuoteRequest, caller: CurrentCaller, store: StoreDep) -> OrderResponse:
    """A price and a promised day; it may be made again until the client answers."""
    order = await store.orders.acting(caller).decide(
        order_id, orders.quote, amount_cents=body.amount_cents, due_on=body.due_on, on=store.clock.day(body.on)
    )
    return await _shown(store, order)


@router.post("/{order_id}/accept", dependencies=[may(ORDER, Action.ACCEPT)])
async def accept_order(order_id: UUID, caller: CurrentCaller, store: StoreDep, body: OptionalBody = DatedBody()) -> OrderResponse:
    """The client says yes."""
    return await _shown(store, await store.orders.acting(caller).decide(order_id, orders.accept, on=store.clock.day(body.on)))


@router.post("/{order_id}/start", dependencies=[may(ORDER, Action.START)])
async def start_order(order_id: UUID, caller: CurrentCaller, store: StoreDep, body: OptionalBody = DatedBody()) -> OrderResponse:
    """The workshop begins."""
    return await _shown(store, await store.orders.acting(caller).decide(order_id, orders.start, on=store.clock.day(body.on)))


@router.post("/{order_id}/complete", dependencies=[may(ORDER, Action.COMPLETE)])
async def complete_order(
    order_id: UUID, caller: CurrentCaller, store: StoreDep, body: OptionalBody = DatedBody()
) -> OrderResponse:
    """The work is done."""
    return await _shown(store, await store.orders.acting(caller).decide(order_id, orders.complete, on=store.clock.day(body.on)))


@router.post("/{order_id}/deliver", dependencies=[may(ORDER, Action.DELIVER)])
async def deliver_order(
    order_id: UUID, caller: CurrentCaller, store: StoreDep, body: OptionalBody = DatedBody()
) -> OrderResponse:
    """The client has it."""
    return await _shown(store, await store.orders.acting(caller).decide(order_id, orders.deliver, on=store.clock.day(body.on)))


@router.post("/{order_id}/invoice", dependencies=[may(ORDER, Action.INVOICE)])
async def invoice_order(
    order_id: UUID, caller: CurrentCaller, store: StoreDep, body: Annotated[InvoiceRequest, Body()] = InvoiceRequest()
) -> OrderResponse:
    """The quoted amount, under the next number of the school's series for that civil year."""
    on = store.clock.day(body.on)
    return await _shown(store, await use_cases.invoice(store, caller, order_id, amount_cents=body.amount_cents, on=on))


@router.post("/{order_id}/credit", dependencies=[may(ORDER, Action.CREDIT)])
async def credit_order(
    order_id: UUID, body: CreditRequest, key: Idempotency, caller: CurrentCaller, store: StoreDep
) -> OrderResponse:
    """A credit note for the invoice, whole or in part, under the next number of the same series."""
    order = await use_cases.credit(
        store, caller, order_id, key.id, code=body.code, amount_cents=body.amount_cents, distinct=body.distinct,
        on=store.clock.day(body.on),
    )  # fmt: skip
    return await _shown(store, order)


@router.post("/{order_id}/corrections", dependencies=[SCHOOL])
async def correct_order(order_id: UUID, body: StepCorrectionRequest, caller: CurrentCaller, store: StoreDep) -> OrderResponse:
    """Say a step's day otherwise, or that the last one was not taken; for who may take that step."""
    if not caller.is_any_of(ORDER.who[corrections.WHO_SAID[body.step]]):
        raise Forbidden
    orders_of_caller, on = store.orders.acting(caller), store.clock.day(body.on)
    if body.happened_on is None:
        order = await orders_of_caller.decide(order_id, corrections.void_step, step=body.step, code=body.code, on=on)
    else:
        day = store.clock.day(body.happened_on)
        order = await orders_of_caller.decide(
            order_id, corrections.correct_step, step=body.step, code=body.code, happened_on=day, on=on
        )
    return await _shown(store, order)


@router.post("/{order_id}/cancel", dependencies=[may(ORDER, Action.CANCEL)])
async def cancel_order(order_id: UUID, body: CancellationRequest, caller: CurrentCaller, store: StoreDep) -> OrderResponse:
    """Given up, for a reason by code."""
    order = await store.orders.acting(caller).decide(order_id, orders.cancel, code=body.code, on=store.clock.day(body.on))
    return await _shown(store, order)


async def _shown(store: Store, order: Order) -> OrderResponse:
    return (await _shown_all(store, [order]))[0]


async def _shown_all(store: Store, orders: Sequence[Order]) -> list[OrderResponse]:
    titles = await store.titles.of(order.order_id for order in orders)
    names = Names(await store.catalogue.schools(order.school for order in orders))
    return [show_order(order, titles, names) for order in orders]
