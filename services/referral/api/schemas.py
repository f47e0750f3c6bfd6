"""The bodies of referral's requests."""

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from services.referral.domain.file import Counsellor, InformationText, LastClass, Representative
from services.referral.domain.person import Identity, Said
from shared.events.corrections import CorrectionCode
from shared.events.persons import ErasureCode
from shared.events.referral import AgencyKind, ReferralDetails, Situation, Wish
from shared.kernel.calendar import Month
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


class AmendmentRequest(DatedBody):
    """What is corrected of a referral, each part whole: an identity, the list of wishes. What is not named stays."""

    code: CorrectionCode
    identity: IdentityRequest | None = None
    informed_on: Day | None = None
    information: InformationText | None = None
    counsellor: CounsellorRequest | None = None
    last_class: LastClass | None = None
    situation: Situation | None = None
    out_of_school_since: Month | None = Field(None, description="Null écrit : on ne sait pas depuis quel mois.")
    wishes: Wishes | None = None

    @model_validator(mode="after")
    def of_something(self) -> Self:
        if not (self.file or self.details):
            raise ValueError("Dites ce que vous corrigez de l’orientation.")
        return self

    @property
    def file(self) -> dict[str, Any]:
        """What changes of what the vault keeps."""
        given: dict[str, Any] = {"informed_on": self.informed_on, "information": self.information, "last_class": self.last_class}
        given["identity"] = self.identity.kept if self.identity else None
        given["counsellor"] = Counsellor(**dict(self.counsellor)) if self.counsellor else None
        return {name: value for name, value in given.items() if value is not None}

    @property
    def details(self) -> dict[str, Any]:
        """What changes of what the events say."""
        given = {name: getattr(self, name) for name in self.model_fields_set & ReferralDetails.model_fields.keys()}
        said = {name: value for name, value in given.items() if value is not None or name == "out_of_school_since"}
        return {**said, "wishes": tuple(Wish(**dict(one)) for one in self.wishes)} if self.wishes else said


class CompletionRequest(DatedBody):
    """What was missing from a referral's file. Nothing need be said of who came of age."""

    representatives: Annotated[tuple[RepresentativeRequest, ...], Field(max_length=4)] = ()
    informed_on: Day | None = Field(None, description="Le jour où les représentants ont été informés à leur tour.")
    information: InformationText | None = None

    @property
    def kept(self) -> list[Representative]:
        """Those who answer for a minor, as the vault keeps them."""
        return [Representative(**dict(one)) for one in self.representatives]

    @property
    def informed(self) -> dict[str, Any]:
        """How they were informed, where it is said."""
        return self.model_dump(include={"informed_on", "information"}, exclude_none=True)


class MergeRequest(DatedBody):
    """Two dossiers of one person: `young_id` becomes an alias of `kept`."""

    young_id: UUID
    kept: UUID


class DistinctRequest(BaseModel):
    """Two dossiers of two persons."""

    model_config = ConfigDict(extra="forbid")
    young_ids: tuple[UUID, UUID]


class ErasureRequest(DatedBody):
    """Why: a code alone, no word about anybody."""

    code: ErasureCode
