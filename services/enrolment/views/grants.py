"""Public money and who holds it."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from services.enrolment.domain.grant import Grant, Payment
from shared.events.catalogue import GrantPurpose
from shared.web.names import Names, SchoolResponse


class GrantResponse(BaseModel):
    """A grant, its holder (a school, or the network), its payments and the total of those that stand (euro cents).

    `awarded_on` is null of what an earlier build kept.
    """

    grant_id: UUID
    holder: SchoolResponse
    purpose: GrantPurpose
    civil_year: int
    funder: str
    amount_cents: int
    awarded_on: date | None
    voided: bool
    corrected_on: date | None
    payments: tuple[Payment, ...]
    total_paid_cents: int


def grant(grant: Grant, names: Names) -> GrantResponse:
    """A grant with its holder's name."""
    return GrantResponse(**{**dict(grant), "holder": names.school(grant.holder)}, total_paid_cents=grant.paid_cents)
