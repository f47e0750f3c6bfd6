"""Public money and who holds it."""

from uuid import UUID

from pydantic import BaseModel

from services.enrolment.domain.grant import Grant, Payment
from shared.events.catalogue import GrantPurpose
from shared.web.names import Names, SchoolResponse


class GrantResponse(BaseModel):
    """A grant, its holder (a school, or the network), its payments and their total (euro cents)."""

    grant_id: UUID
    holder: SchoolResponse
    purpose: GrantPurpose
    civil_year: int
    funder: str
    amount_cents: int
    payments: tuple[Payment, ...]
    total_paid_cents: int


def grant(grant: Grant, names: Names) -> GrantResponse:
    """A grant with its holder's name."""
    return GrantResponse(**{**dict(grant), "holder": names.school(grant.holder)}, total_paid_cents=grant.paid_cents)
