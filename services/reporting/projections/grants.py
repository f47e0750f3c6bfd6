"""One row per grant, one per payment. A grant is held by a school, or by the network where no split is known."""

from datetime import date
from typing import Any
from uuid import UUID

from shared.events.catalogue import GrantAwarded, GrantPaid, GrantPurpose
from shared.events.grant_corrections import GrantCorrected, PaymentCorrected
from shared.projections.table import REQUIRED, Latest, TableRow


class GrantRow(TableRow, table="grants"):
    id: UUID
    holder: str = REQUIRED
    purpose: GrantPurpose = REQUIRED
    funder: str = REQUIRED
    civil_year: int = REQUIRED
    amount_cents: int = REQUIRED
    voided: bool = False
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
    voided: bool = False
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


@GrantRow.on(GrantCorrected)
def corrected(event: GrantCorrected) -> GrantRow:
    said = event.model_dump(include={"purpose", "funder", "civil_year", "amount_cents"}, exclude_none=True)
    return GrantRow(id=event.grant_id, voided=event.voided, corrected_on=event.on, **said)


@PaymentRow.on(PaymentCorrected)
def payment_corrected(event: PaymentCorrected) -> PaymentRow:
    new: dict[str, Any] = {"amount_cents": event.amount_cents, "paid_on": event.happened_on}
    said = {field: value for field, value in new.items() if value is not None}
    return PaymentRow(id=event.payment_id, voided=event.voided, corrected_on=event.on, **said)
