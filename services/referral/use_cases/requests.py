"""What an agency says of a young person it refers, as it writes it: the same over HTTP, in a file, on its topic."""

from typing import Annotated, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from services.referral.domain.file import Counsellor, InformationText, LastClass, Representative
from services.referral.domain.person import Identity, Said
from shared.events.referral import ReferralDetails, Wish
from shared.kernel.calendar import Month
from shared.kernel.identifiers import Email
from shared.kernel.names import Name
from shared.kernel.phones import Phone
from shared.kernel.strict import WHOLE, Day
from shared.kernel.territories import Commune, Department
from shared.kernel.texts import Line
from shared.web.bodies import DatedBody


class RepresentativeRequest(Representative):
    """Who answers for a minor: a parent or guardian, with their kinship, or an institution, which has none."""

    model_config = ConfigDict(extra="forbid")
    name: Name
    phone: Phone | None = None
    email: Email | None = None

    @model_validator(mode="after")
    def of_a_kin(self) -> Self:
        if (self.kind == "person") is (self.kinship is None):
            raise ValueError("Un représentant est une personne, avec son lien de parenté, ou une institution, qui n’en a pas.")
        return self


class CounsellorRequest(Counsellor):
    """Who at the agency follows the young person, and the phone that a school dials."""

    model_config = ConfigDict(extra="forbid")
    name: Line
    phone: Phone


class IdentityRequest(Identity):
    """Who the young person is and how to reach them: the commune is one of the official list, a phone one that can be dialled."""

    model_config = ConfigDict(extra="forbid")
    family_name: Name
    given_name: Name
    birth_date: Day
    commune: Commune | None = None
    phone: Phone | None = None
    email: Email | None = None
    representatives: Annotated[tuple[RepresentativeRequest, ...], Field(max_length=4)] = ()

    @property
    def kept(self) -> Identity:
        """As the vault keeps it."""
        return Identity(**self.model_dump())


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


Wishes = Annotated[tuple[WishRequest, ...], AfterValidator(_one_at_least), Field(max_length=5, json_schema_extra={"minItems": 1})]


class FileRequest(DatedBody):
    """What the vault alone keeps of a referral, beside the identity."""

    informed_on: Day
    information: InformationText = InformationText.V1
    counsellor: CounsellorRequest
    last_class: LastClass | None = None
    reported_on: Day | None = Field(
        None,
        description="Le jour du signalement d’un mineur sorti de l’école ; les délais de la loi ne courent que s’il est dit.",
    )


class ReferralRequest(FileRequest, ReferralDetails):
    """A referral as its agency sends it: who, and what for."""

    external_id: Line | None = Field(None, description="The agency's own reference: kept as a keyed hash only.")
    identity: IdentityRequest
    out_of_school_since: Month | None = None
    wishes: Wishes

    @property
    def details(self) -> ReferralDetails:
        """What the event will say of it."""
        return ReferralDetails(**self.model_dump(include=set(ReferralDetails.model_fields)))

    @property
    def file(self) -> Said:
        """What the vault will keep of it."""
        return Said(identity=self.identity.kept, **self.model_dump(include=set(FileRequest.model_fields) - {"on"}))
