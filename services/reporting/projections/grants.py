"""One row per grant, one per payment. A grant is held by a school, or by the network where no split is known."""

from shared.events import GrantAwarded, GrantPaid
from shared.projections.projection import Projection, Row

grants = Projection("grants")
payments = Projection("payments")


@grants.on(GrantAwarded)
def awarded(event: GrantAwarded) -> Row:
    return Row(
        event.grant_id, holder=event.holder, purpose=event.purpose, civil_year=event.civil_year, funder=event.funder,
        amount_cents=event.amount_cents,
    )  # fmt: skip


@payments.on(GrantPaid)
def paid(event: GrantPaid) -> Row:
    return Row(event.payment_id, grant_id=str(event.grant_id), amount_cents=event.amount_cents, paid_on=event.on.isoformat())
