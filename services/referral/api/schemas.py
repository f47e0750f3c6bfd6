"""The bodies of referral's requests."""

from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field

from services.referral.domain.person import Identity
from shared.events.referral import AgencyKind, ReferralDetails, Wish
from shared.kernel.identifiers import Department
from shared.kernel.strict import Day, Line
from shared.web.bodies import DatedBody


class AgencyRequest(DatedBody):
    kind: AgencyKind
    name: Line
    department: Department


class WishRequest(Wish):
    model_config = ConfigDict(extra="forbid")
    departments: Annotated[tuple[Department, ...], Field(max_length=20)] = ()


def _one_at_least(wishes: tuple[WishRequest, ...]) -> tuple[WishRequest, ...]:
    """Only once each could be read: pydantic counts one that it could not read as missing, and would say both."""
    if not wishes:
        raise ValueError("Une orientation porte au moins un vœu.")
    return wishes


class ReferralRequest(DatedBody, ReferralDetails):
    """A referral as its agency sends it: who, and what for."""

    external_id: Line | None = Field(None, description="The agency's own reference: kept as a keyed hash only.")
    identity: Identity
    informed_on: Day
    counsellor: Line
    wishes: Annotated[
        tuple[WishRequest, ...], AfterValidator(_one_at_least), Field(max_length=5, json_schema_extra={"minItems": 1})
    ]

    @property
    def details(self) -> ReferralDetails:
        """What the event will say of it."""
        return ReferralDetails(**self.model_dump(include=set(ReferralDetails.model_fields)))
