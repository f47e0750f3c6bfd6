"""The bodies of referral's requests."""

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.referral.domain.file import Counsellor, InformationText, LastClass, Representative
from services.referral.use_cases.requests import CounsellorRequest, IdentityRequest, RepresentativeRequest, Wishes
from shared.events.corrections import CorrectionCode
from shared.events.persons import ErasureCode
from shared.events.referral import AgencyKind, ReferralDetails, Situation, Wish
from shared.kernel.calendar import Month
from shared.kernel.strict import Day
from shared.kernel.territories import Department
from shared.kernel.texts import Line
from shared.web.bodies import DatedBody


class AgencyRequest(DatedBody):
    kind: AgencyKind
    name: Line
    department: Department


class AmendmentRequest(DatedBody):
    """What is corrected of a referral, each part whole: an identity, the list of wishes. What is not named stays."""

    code: CorrectionCode
    identity: IdentityRequest | None = None
    informed_on: Day | None = None
    information: InformationText | None = None
    counsellor: CounsellorRequest | None = None
    last_class: LastClass | None = None
    reported_on: Day | None = None
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
        given["reported_on"] = self.reported_on
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
