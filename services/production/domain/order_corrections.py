"""After a mistake about an order: a day said otherwise, a last step that was not taken, an invoice that is credited."""

from datetime import date
from uuid import UUID

from services.production.domain.order import ORDER, Action, Order, OrderEvent, OrderStatus
from shared.events.corrections import CorrectionCode
from shared.events.order_corrections import OrderCredited, OrderStep, OrderStepCorrected
from shared.kernel.errors import Invalid, Refused
from shared.kernel.transitions import not_before

WHO_SAID = {
    OrderStep.RECEIVED: Action.QUOTE,  # of nobody's own: who may quote may say when it came
    OrderStep.QUOTED: Action.QUOTE,
    OrderStep.ACCEPTED: Action.ACCEPT,
    OrderStep.STARTED: Action.START,
    OrderStep.COMPLETED: Action.COMPLETE,
    OrderStep.DELIVERED: Action.DELIVER,
    OrderStep.CANCELLED: Action.CANCEL,
}
"""The action whose day it is: who may take it may correct it."""
NEVER_VOID = (OrderStep.RECEIVED, OrderStep.QUOTED)
"""An order that was not received is cancelled, a quote is made again."""


def correct_step(order: Order, *, step: OrderStep, code: CorrectionCode, happened_on: date, on: date) -> list[OrderEvent]:
    """Say on which day a step was taken: between the one before it and the one after."""
    known = _day_of(order, step)
    if known == happened_on:
        return []
    _ensure_after(order, max(known, happened_on), on)
    _ensure_in_order(order, OrderStatus(step), happened_on)
    return [_corrected(order, step, known, code=code, happened_on=happened_on, on=on)]


def void_step(order: Order, *, step: OrderStep, code: CorrectionCode, on: date) -> list[OrderEvent]:
    """The last step was not taken: a cancellation is undone, work is not done yet."""
    known = _day_of(order, step)
    if step in NEVER_VOID or order.status is not OrderStatus(step):
        sentence = "On n’annule que la dernière étape d’une commande, et ni sa réception ni son devis."
        raise Refused("not_the_last_step", sentence, moves=ORDER.moves(order.status))
    _ensure_after(order, known, on)
    return [_corrected(order, step, known, code=code, voided=True, on=on)]


def credit(
    order: Order, *, credit_id: UUID, code: CorrectionCode, amount_cents: int | None, number: str, on: date, distinct: bool
) -> list[OrderEvent]:
    """Take back the invoice that stands, or a part of it, under the next number of the series. The same id twice is one."""
    if is_credited(order, credit_id):
        return []
    amount = ensure_may_be_credited(order, amount_cents=amount_cents, on=on, distinct=distinct)
    assert order.number is not None
    return [
        OrderCredited(
            on=on, order_id=order.order_id, school=order.school, credit_id=credit_id, code=code, number=number,
            invoice=order.number, amount_cents=amount, left_cents=order.left_cents - amount,
        )
    ]  # fmt: skip


def ensure_may_be_credited(order: Order, *, amount_cents: int | None, on: date, distinct: bool) -> int:
    """The amount to credit, all that is left unless one is said. Refused before a number is taken for it."""
    ORDER.ensure(order.status, Action.CREDIT, on=on, since=order.steps[order.status])
    amount = order.left_cents if amount_cents is None else amount_cents
    moves = ORDER.moves(order.status)
    if amount > order.left_cents:
        left = f"{order.left_cents / 100:.2f}".replace(".", ",")
        raise Refused("more_than_invoiced", f"L’avoir dépasserait ce que la facture demande encore : {left} €.", moves=moves)
    same = ((note.invoice, note.amount_cents, note.on) == (order.number, amount, on) for note in order.credit_notes)
    if not distinct and any(same):
        sentence = f"Un avoir du même montant a été fait le {on:%d/%m/%Y}. S’il y en a bien deux, dites-le : « distinct »."
        raise Refused("already_credited", sentence, moves=moves)
    return amount


def is_credited(order: Order, credit_id: UUID) -> bool:
    """Whether this credit note was made."""
    return any(note.credit_id == credit_id for note in order.credit_notes)


def _day_of(order: Order, step: OrderStep) -> date:
    known = order.steps.get(OrderStatus(step))
    if known is None:
        sentence = f"Cette commande n’a pas été « {ORDER.labels.statuses[step]} »."
        raise Refused("not_declared", sentence, moves=ORDER.moves(order.status))
    return known


def _ensure_after(order: Order, day: date, on: date) -> None:
    """A correction is not dated before what it corrects, nor before what it says."""
    not_before(day, on, subject="ce qui se corrige", moves=ORDER.moves(order.status))


def _ensure_in_order(order: Order, step: OrderStatus, day: date) -> None:
    steps = list(order.steps)
    rank, moves = steps.index(step), ORDER.moves(order.status)
    for before in steps[:rank]:
        if day < order.steps[before]:
            raise Refused("before_previous_step", _sentence(order, day, "précède", before), moves=moves)
    for after in steps[rank + 1 :]:
        if day > order.steps[after]:
            raise Refused("after_next_step", _sentence(order, day, "suit", after), moves=moves)
    if step is OrderStatus.QUOTED and order.due_on and order.due_on < day:
        raise Invalid("due_before_quote", f"L’échéance du {order.due_on:%d/%m/%Y} précède le devis, fait le {day:%d/%m/%Y}.")


def _sentence(order: Order, day: date, verb: str, other: OrderStatus) -> str:
    known = order.steps[other]
    return f"Le {day:%d/%m/%Y} {verb} le {known:%d/%m/%Y}, jour où cette commande a été « {ORDER.labels.statuses[other]} »."


def _corrected(
    order: Order, step: OrderStep, replaces_on: date, *, code: CorrectionCode, on: date, happened_on: date | None = None,
    voided: bool = False,
) -> OrderStepCorrected:  # fmt: skip
    return OrderStepCorrected(
        on=on, order_id=order.order_id, school=order.school, code=code, step=step, replaces_on=replaces_on,
        happened_on=happened_on, voided=voided,
    )  # fmt: skip
