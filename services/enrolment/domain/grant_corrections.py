"""After a mistake about public money: another amount, day, year, purpose or funder; or it was not, and is voided."""

from datetime import date
from typing import Any
from uuid import UUID

from services.enrolment.domain.grant import (
    Grant,
    GrantEvent,
    Payment,
    ensure_in_its_year,
    ensure_not_voided,
    ensure_promised,
)
from shared.events.corrections import CorrectionCode
from shared.events.grant_corrections import GrantCorrected, PaymentCorrected
from shared.kernel.errors import NotFound, Refused
from shared.kernel.transitions import not_before

MAY_CHANGE = ("amount_cents", "purpose", "civil_year", "funder")


def correct(grant: Grant, *, code: CorrectionCode, changes: dict[str, Any], on: date) -> list[GrantEvent]:
    """Say otherwise what was promised: `changes` of amount, purpose, civil year or funder. Never less than was paid."""
    ensure_not_voided(grant)
    before = {field: getattr(grant, field) for field in MAY_CHANGE}
    after = {**before, **changes}
    if after == before:
        return []
    not_before(grant.awarded_on, on, subject="cette subvention")
    if grant.paid_cents > after["amount_cents"]:
        sentence = f"Le total déjà versé, {grant.paid_cents / 100:.2f} €, dépasserait le montant accordé.".replace(".", ",", 1)
        raise Refused("more_than_awarded", sentence)
    for payment in grant.standing:
        ensure_in_its_year(after["civil_year"], payment.on)
    return [GrantCorrected(on=on, code=code, **_replaced(grant), **after)]


def void(grant: Grant, *, code: CorrectionCode, on: date) -> list[GrantEvent]:
    """It was not awarded, or not to this holder. Refused while payments of it stand."""
    if grant.voided:
        return []
    not_before(grant.awarded_on, on, subject="cette subvention")
    if grant.standing:
        sentence = "Des versements de cette subvention sont enregistrés : corrigez-les d’abord."
        raise Refused("payments_stand", sentence)
    return [GrantCorrected(on=on, code=code, voided=True, **_replaced(grant))]


def correct_payment(
    grant: Grant, *, payment_id: UUID, code: CorrectionCode, amount_cents: int | None, paid_on: date | None, on: date
) -> list[GrantEvent]:
    """Say otherwise what was paid, or when. Never more than was promised, nor before the year it was promised for."""
    payment = _payment(grant, payment_id)
    ensure_not_voided(grant)
    if payment.voided:
        raise Refused("voided", "Ce versement a été annulé.")
    amount, day = amount_cents or payment.amount_cents, paid_on or payment.on
    if (amount, day) == (payment.amount_cents, payment.on):
        return []
    not_before(max(payment.on, day), on, subject="ce versement")
    others = grant.paid_cents - payment.amount_cents
    ensure_promised(grant.amount_cents, others + amount, before=others)
    ensure_in_its_year(grant.civil_year, day)
    return [_payment_corrected(grant, payment, code=code, amount_cents=amount, happened_on=day, on=on)]


def void_payment(grant: Grant, *, payment_id: UUID, code: CorrectionCode, on: date) -> list[GrantEvent]:
    """It was not paid."""
    payment = _payment(grant, payment_id)
    if payment.voided:
        return []
    not_before(payment.on, on, subject="ce versement")
    return [_payment_corrected(grant, payment, code=code, voided=True, on=on)]


def _payment(grant: Grant, payment_id: UUID) -> Payment:
    found = next((payment for payment in grant.payments if payment.payment_id == payment_id), None)
    if found is None:
        raise NotFound("Ce versement")
    return found


def _replaced(grant: Grant) -> dict[str, Any]:
    before = {f"replaces_{field}": getattr(grant, field) for field in MAY_CHANGE}
    return {"grant_id": grant.grant_id, "holder": grant.holder, **before}


def _payment_corrected(grant: Grant, payment: Payment, **said: Any) -> PaymentCorrected:
    return PaymentCorrected(
        grant_id=grant.grant_id, holder=grant.holder, payment_id=payment.payment_id,
        replaces_amount_cents=payment.amount_cents, replaces_on=payment.on, **said,
    )  # fmt: skip
