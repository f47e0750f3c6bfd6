"""The bodies of referral's requests."""

from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field

from services.referral.domain.person import Identity, Representative
from shared.events.referral import AgencyKind, ReferralDetails, Wish
from shared.kernel.identifiers import Email
from shared.kernel.names import Name
from shared.kernel.phones import Phone
from shared.kernel.strict import WHOLE, Day
from shared.kernel.territories import Commune, Department
from shared.kernel.texts import Line
from shared.web.bodies import DatedBody


class AgencyRequest(DatedBody):
    kind: AgencyKind
    name: Line
    department: Department


class RepresentativeRequest(Representative):
    """Who answers for a minor: a parent or guardian, or an institution."""

    name: Name
    phone: Phone | None = None
    email: Email | None = None


class IdentityRequest(Identity):
    """Who the young person is and how to reach them: the commune is one of the official list, a phone one that can be dialled."""

    family_name: Name
    given_name: Name
    birth_date: Day
    commune: Commune | None = None
    phone: Phone | None = None
    email: Email | None = None
    representative: RepresentativeRequest | None = None


def _in_order(departments: tuple[str, ...]) -> tuple[str, ...]:
    """Each once, by code: their order says nothing."""
    return tuple(sorted(set(departments)))


class WishRequest(Wish):
    model_config = ConfigDict(extra="forbid")
    departments: Annotated[tuple[Department, ...], AfterValidator(_in_order), Field(max_length=20)] = ()
    year_of_study: Annotated[int, Field(ge=1, le=3, description="L’année de la formation où entrer."), WHOLE] = 1


def _one_at_least(wishes: tuple[WishRequest, ...]) -> tuple[WishRequest, ...]:
    """Only once each could be read: pydantic counts one that it could not read as missing, and would say both."""
    if not wishes:
        raise ValueError("Une orientation porte au moins un vœu.")
    return wishes


class ReferralRequest(DatedBody, ReferralDetails):
    """A referral as its agency sends it: who, and what for."""

    external_id: Line | None = Field(None, description="The agency's own reference: kept as a keyed hash only.")
    identity: IdentityRequest
    informed_on: Day
    department: Department
    counsellor: Line
    wishes: Annotated[
        tuple[WishRequest, ...], AfterValidator(_one_at_least), Field(max_length=5, json_schema_extra={"minItems": 1})
    ]

    @property
    def details(self) -> ReferralDetails:
        """What the event will say of it."""
        return ReferralDetails(**self.model_dump(include=set(ReferralDetails.model_fields)))
