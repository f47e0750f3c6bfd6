"""What spans several documents of production: an order and its title, an order and its series, a workshop's week."""

import asyncio
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.production.domain import order_corrections, orders
from services.production.domain.order import ORDER, Order, OrderStatus
from services.production.domain.pupils import enrolment_for
from services.production.domain.weeks import PupilHours, WorkedWeek, log_work
from services.production.store import Store
from shared.events.corrections import CorrectionCode
from shared.kernel.caller import Caller
from shared.kernel.errors import Invalid, NotFound, Refused
from shared.persistence.mongo import Session

AT_ONCE = 16
"""Decisions of one request that run together."""
RefusedWeek = Refused | Invalid | NotFound
"""What is about one pupil's week; any other problem is the whole request's."""


async def receive_order(
    store: Store, caller: Caller, id: UUID, fingerprint: str, *, client_id: UUID, title: str, on: date
) -> Order:
    """A client of the school asks for something. NotFound if the client is not the school's."""
    client = await store.clients.get(client_id, caller=caller)
    await store.titles.keep(id, title)  # first: killed here, a title without its order harms nobody
    return await store.orders.acting(caller).create_once(
        id, fingerprint, orders.receive,
        order_id=id, school=caller.tenant, client_id=client.client_id, client_kind=client.kind, on=on,
    )  # fmt: skip


async def invoice(store: Store, caller: Caller, order_id: UUID, *, amount_cents: int | None, on: date) -> Order:
    """Invoice an order and take the next number of its school's series for that civil year: both or neither."""
    school = (await store.orders.acting(caller).get(order_id)).school
    series = await store.series.open(school, on.year)

    async def number_and_invoice(session: Session) -> Order:
        acting = store.orders.within(session).acting(caller)
        order = await acting.get(order_id)
        if order.status is OrderStatus.INVOICED:
            return order
        orders.ensure_may_be_invoiced(order, amount_cents=amount_cents, on=on)
        moves = ORDER.moves(order.status)
        number = await store.series.next_number(school, on=on, moves=moves, session=session)
        return await acting.decide(order_id, orders.invoice, number=number, amount_cents=amount_cents, on=on)

    return await store.persistence.transaction(number_and_invoice, order_id, series)


async def credit(
    store: Store, caller: Caller, order_id: UUID, credit_id: UUID, *, code: CorrectionCode, amount_cents: int | None,
    distinct: bool, on: date,
) -> Order:  # fmt: skip
    """Credit an order's invoice and take the next number of the same series: both or neither. The same id twice is one."""
    school = (await store.orders.acting(caller).get(order_id)).school
    series = await store.series.open(school, on.year)

    async def number_and_credit(session: Session) -> Order:
        acting = store.orders.within(session).acting(caller)
        order = await acting.get(order_id)
        if order_corrections.is_credited(order, credit_id):
            return order
        order_corrections.ensure_may_be_credited(order, amount_cents=amount_cents, on=on, distinct=distinct)
        moves = ORDER.moves(order.status)
        number = await store.series.next_number(school, on=on, moves=moves, session=session)
        return await acting.decide(
            order_id, order_corrections.credit, credit_id=credit_id, code=code, amount_cents=amount_cents, number=number,
            on=on, distinct=distinct,
        )  # fmt: skip

    return await store.persistence.transaction(number_and_credit, order_id, series)


async def log_weeks(
    store: Store, caller: Caller, week: str, stated: Sequence[PupilHours], *, on: date
) -> list[WorkedWeek | RefusedWeek]:
    """One decision for each pupil, some at once, each saved or refused by itself, in the order given.

    A failure that is no pupil's own is raised once all have ended.
    """
    pupils = await store.pupils.named([hours.young_id for hours in stated], caller=caller)
    known = await store.orders_by_id({part.order_id for hours in stated for part in hours.on_orders}, caller=caller)
    at_once = asyncio.Semaphore(AT_ONCE)

    async def log(hours: PupilHours) -> WorkedWeek:
        pupil = enrolment_for(pupils.get(hours.young_id, ()), week)
        async with at_once:
            return await store.weeks.acting(caller).create(
                f"{caller.tenant}:{hours.young_id}:{week}", log_work, pupil=pupil, week=week, hours=hours, orders=known, on=on
            )

    outcomes: list[WorkedWeek | RefusedWeek] = []
    for outcome in await asyncio.gather(*map(log, stated), return_exceptions=True):
        if isinstance(outcome, BaseException) and not isinstance(outcome, RefusedWeek):
            raise outcome
        outcomes.append(outcome)
    return outcomes
