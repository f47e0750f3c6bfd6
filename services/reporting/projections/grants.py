"""One row per grant, one per payment. A grant is held by a school, or by the network where no split is known."""

from datetime import date
from uuid import UUID

from shared.events.catalogue import GrantAwarded, GrantPaid, GrantPurpose
from shared.projections.table import REQUIRED, Latest, TableRow


class GrantRow(TableRow, table="grants"):
    id: UUID
    holder: str = REQUIRED
    purpose: GrantPurpose = REQUIRED
    funder: str = REQUIRED
    civil_year: int = REQUIRED
    amount_cents: int = REQUIRED
    corrected_on: Latest[date | None] = None

    @property
    def from_region(self) -> bool:
        """Whether the Région is its funder: `region`, or `region-<name>`."""
        return self.funder.partition("-")[0] == "region"


class PaymentRow(TableRow, table="payments"):
    id: UUID
    grant_id: UUID = REQUIRED
    amount_cents: int = REQUIRED
    paid_on: date = REQUIRED
    corrected_on: Latest[date | None] = None


@GrantRow.on(GrantAwarded)
def awarded(event: GrantAwarded) -> GrantRow:
    return GrantRow(
        id=event.grant_id, holder=event.holder, purpose=event.purpose, funder=event.funder, civil_year=event.civil_year,
        amount_cents=event.amount_cents,
    )  # fmt: skip


@PaymentRow.on(GrantPaid)
def paid(event: GrantPaid) -> PaymentRow:
    return PaymentRow(id=event.payment_id, grant_id=event.grant_id, amount_cents=event.amount_cents, paid_on=event.on)
