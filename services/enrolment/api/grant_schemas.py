"""What requests say of public money: grants, payments, and their corrections."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from services.enrolment.domain.grant_corrections import MAY_CHANGE
from shared.events.catalogue import GrantPurpose
from shared.events.corrections import CorrectionCode
from shared.kernel.identifiers import Slug
from shared.kernel.strict import WHOLE, Day, Flag
from shared.web.bodies import DatedBody

Cents = Annotated[int, Field(gt=0, le=10**12, description="Centimes d’euro."), WHOLE]
CivilYear = Annotated[int, Field(ge=2000, le=2100), WHOLE]


class GrantRequest(DatedBody):
    holder: Slug = Field(description="Une école, ou « network » quand la répartition n’est pas connue.")
    purpose: GrantPurpose
    civil_year: CivilYear
    funder: Slug
    amount_cents: Cents
    distinct: Flag = Field(default=False, description="Une autre subvention, même si une pareille est déjà accordée.")


class PaymentRequest(DatedBody):
    amount_cents: Cents
    distinct: Flag = Field(default=False, description="Un autre versement, même si un pareil a eu lieu ce jour-là.")


class GrantCorrectionRequest(DatedBody):
    """`on` est le jour de la correction. Ce qui n’est pas dit reste ; le bénéficiaire ne change pas."""

    code: CorrectionCode
    purpose: GrantPurpose | None = None
    civil_year: CivilYear | None = None
    funder: Slug | None = None
    amount_cents: Cents | None = None
    voided: Flag = Field(default=False, description="Elle n’a pas été accordée, ou pas à ce bénéficiaire.")

    @model_validator(mode="after")
    def something(self) -> Self:
        ensure_said(bool(self.changes), self.voided)
        return self

    @property
    def changes(self) -> dict[str, Any]:
        """What is said otherwise."""
        return {field: value for field in MAY_CHANGE if (value := getattr(self, field)) is not None}


class PaymentCorrectionRequest(DatedBody):
    """`on` est le jour de la correction. Ce qui n’est pas dit reste."""

    code: CorrectionCode
    amount_cents: Cents | None = None
    happened_on: Day | None = Field(default=None, description="Le jour où il a eu lieu.")
    voided: Flag = Field(default=False, description="Il n’a pas eu lieu.")

    @model_validator(mode="after")
    def something(self) -> Self:
        ensure_said(bool(self.amount_cents or self.happened_on), self.voided)
        return self


def ensure_said(changed: bool, voided: bool) -> None:
    """Raise ValueError unless something changes, or else it is voided."""
    if changed == voided:
        raise ValueError("Une correction dit ce qui change, ou bien annule.")
