"""Public money: a grant awarded for a civil year to a school or to the network, and its payments."""

from datetime import date
from typing import assert_never
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.enrolment import labels
from services.enrolment.domain.visibility import own_grants
from shared.events.catalogue import GrantAwarded, GrantPaid, GrantPurpose
from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import Move, Refused, key_reused
from shared.kernel.identifiers import Slug

PAY = Move("pay", labels.PAY, frozenset({"admin", "region"}))


class Payment(BaseModel):
    model_config = ConfigDict(frozen=True)
    payment_id: UUID
    amount_cents: int
    on: date


class Grant(BaseModel):
    model_config = ConfigDict(frozen=True)
    grant_id: UUID
    holder: Slug
    purpose: GrantPurpose
    civil_year: int
    funder: Slug
    amount_cents: int
    payments: tuple[Payment, ...] = ()

    @property
    def paid_cents(self) -> int:
        return sum(payment.amount_cents for payment in self.payments)


GrantEvent = GrantAwarded | GrantPaid
"""Every event of a grant."""


def award(grant: Grant | None, *, event: GrantAwarded) -> list[GrantEvent]:
    """Promise public money."""
    return [] if grant else [event]


def pay(grant: Grant, *, payment_id: UUID, amount_cents: int, on: date, day_said: bool = True) -> list[GrantEvent]:
    """Pay a part of a grant (euro cents), never more than was promised. The same payment twice is one.

    Another amount under the same id is another payment, and so is another day where one was said: refused (`key_reused`).
    """
    paid = GrantPaid(grant_id=grant.grant_id, holder=grant.holder, amount_cents=amount_cents, payment_id=payment_id, on=on)
    for payment in grant.payments:
        if payment.payment_id == payment_id:
            if payment.amount_cents == amount_cents and (payment.on == on or not day_said):
                return []
            raise key_reused()
    if grant.paid_cents + amount_cents > grant.amount_cents:
        left = grant.amount_cents - grant.paid_cents
        sentence = f"Le total versé dépasserait le montant accordé : il reste {left / 100:.2f} € à verser.".replace(".", ",", 1)
        raise Refused("more_than_awarded", sentence, moves=[PAY] if left else [])
    return [paid]


def evolve(grant: Grant | None, event: GrantEvent) -> Grant:
    """The grant after an event."""
    match event:
        case GrantAwarded():
            return Grant(**event.model_dump(exclude={"on"}))
        case GrantPaid():
            assert grant is not None
            payment = Payment(payment_id=event.payment_id, amount_cents=event.amount_cents, on=event.on)
            return grant.model_copy(update={"payments": (*grant.payments, payment)})
        case _:
            assert_never(event)


GRANTS = Aggregate("grants", Grant, evolve, visible_to=own_grants)
