"""Public money: a grant awarded for a civil year to a school or to the network, and its payments."""

from datetime import date
from typing import assert_never
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.enrolment import labels
from services.enrolment.domain.visibility import own_grants
from shared.events.catalogue import GrantAwarded, GrantPaid, GrantPurpose
from shared.events.grant_corrections import GrantCorrected, PaymentCorrected
from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import Move, Refused, key_reused
from shared.kernel.identifiers import Slug

FUNDERS = frozenset({"admin", "region"})
PAY = Move("pay", labels.PAY, FUNDERS)


class Payment(BaseModel):
    model_config = ConfigDict(frozen=True)
    payment_id: UUID
    amount_cents: int
    on: date
    voided: bool = False
    corrected_on: date | None = None


class Grant(BaseModel):
    """A grant, its payments in the order in which they were declared, and when it was last corrected."""

    model_config = ConfigDict(frozen=True)
    grant_id: UUID
    holder: Slug
    purpose: GrantPurpose
    civil_year: int
    funder: Slug
    amount_cents: int
    payments: tuple[Payment, ...] = ()
    awarded_on: date | None = None
    voided: bool = False
    corrected_on: date | None = None

    @property
    def standing(self) -> tuple[Payment, ...]:
        """The payments that were made."""
        return tuple(payment for payment in self.payments if not payment.voided)

    @property
    def paid_cents(self) -> int:
        return sum(payment.amount_cents for payment in self.standing)


GrantEvent = GrantAwarded | GrantPaid | GrantCorrected | PaymentCorrected
"""Every event of a grant."""


def award(grant: Grant | None, *, event: GrantAwarded) -> list[GrantEvent]:
    """Promise public money."""
    return [] if grant else [event]


def ensure_new(twin: Grant | None) -> None:
    """Refused where the same was awarded already: to the same holder, by the same funder, for the same year and purpose."""
    if twin:
        day = f" le {twin.awarded_on:%d/%m/%Y}" if twin.awarded_on else ""
        sentence = (
            f"La même subvention a déjà été accordée{day} (référence {twin.grant_id}). "
            "S’il y en a bien deux, dites-le : « distinct »."
        )
        raise Refused("already_awarded", sentence)


def pay(
    grant: Grant, *, payment_id: UUID, amount_cents: int, on: date, day_said: bool = True, distinct: bool = False
) -> list[GrantEvent]:
    """Pay a part of a grant (euro cents), never more than was promised. The same payment twice is one.

    Another amount under the same id is another payment, and so is another day where one was said: refused (`key_reused`). The
    same amount on the same day under another id is refused (`already_paid`), unless it is said to be a `distinct` one.
    """
    paid = GrantPaid(grant_id=grant.grant_id, holder=grant.holder, amount_cents=amount_cents, payment_id=payment_id, on=on)
    for payment in grant.payments:
        if payment.payment_id == payment_id:
            if payment.amount_cents == amount_cents and (payment.on == on or not day_said):
                return []
            raise key_reused()
    ensure_not_voided(grant)
    ensure_in_its_year(grant.civil_year, on)
    if not distinct and any((one.amount_cents, one.on) == (amount_cents, on) for one in grant.standing):
        sentence = f"Ce montant a déjà été versé le {on:%d/%m/%Y}. S’il y a bien eu deux versements, dites-le : « distinct »."
        raise Refused("already_paid", sentence)
    ensure_promised(grant.amount_cents, grant.paid_cents + amount_cents, before=grant.paid_cents)
    return [paid]


def ensure_not_voided(grant: Grant) -> None:
    """Refused where the grant was not awarded after all."""
    if grant.voided:
        raise Refused("voided", "Cette subvention a été annulée.")


def ensure_in_its_year(civil_year: int, paid_on: date) -> None:
    """Refused where something was paid before the civil year that the grant is for; the rest often comes after it."""
    if paid_on.year < civil_year:
        sentence = f"Le versement du {paid_on:%d/%m/%Y} précède l’année {civil_year}, pour laquelle la subvention est accordée."
        raise Refused("before_civil_year", sentence)


def ensure_promised(amount_cents: int, paid_cents: int, *, before: int) -> None:
    """Refused where more would be paid than was promised. `before` is what was paid so far."""
    if paid_cents > amount_cents:
        left = max(0, amount_cents - before)
        sentence = f"Le total versé dépasserait le montant accordé : il reste {left / 100:.2f} € à verser.".replace(".", ",", 1)
        raise Refused("more_than_awarded", sentence, moves=[PAY] if left else [])


def evolve(grant: Grant | None, event: GrantEvent) -> Grant:
    """The grant after an event."""
    if isinstance(event, GrantAwarded):
        return Grant(**event.model_dump(exclude={"on"}), awarded_on=event.on)
    assert grant is not None
    match event:
        case GrantPaid():
            payment = Payment(payment_id=event.payment_id, amount_cents=event.amount_cents, on=event.on)
            return grant.model_copy(update={"payments": (*grant.payments, payment)})
        case GrantCorrected():
            fields = event.model_dump(include={"amount_cents", "purpose", "civil_year", "funder"}, exclude_none=True)
            return grant.model_copy(update={**fields, "voided": event.voided, "corrected_on": event.on})
        case PaymentCorrected():
            payments = tuple(_mended(one, event) if one.payment_id == event.payment_id else one for one in grant.payments)
            return grant.model_copy(update={"payments": payments})
        case _:
            assert_never(event)


def _mended(payment: Payment, event: PaymentCorrected) -> Payment:
    new = {"amount_cents": event.amount_cents, "on": event.happened_on}
    said = {field: value for field, value in new.items() if value is not None}
    return payment.model_copy(update={**said, "voided": event.voided, "corrected_on": event.on})


GRANTS = Aggregate("grants", Grant, evolve, visible_to=own_grants)
