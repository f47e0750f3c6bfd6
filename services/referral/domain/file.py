"""A referral's file beside the identity itself: who answers for a minor, who counsels, what was told, the last class."""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shared.kernel.identifiers import KeptEmail, KeptPhone
from shared.kernel.names import KeptName


class Kinship(StrEnum):
    """What a representative is to the young person."""

    MOTHER = "mother"
    FATHER = "father"
    GUARDIAN = "guardian"
    GRANDPARENT = "grandparent"
    SIBLING = "sibling"
    OTHER = "other"


class LastClass(StrEnum):
    """The class that the young person attended last, or attends."""

    SIXIEME = "sixieme"
    CINQUIEME = "cinquieme"
    QUATRIEME = "quatrieme"
    TROISIEME = "troisieme"
    TROISIEME_PREPA_METIERS = "troisieme_prepa_metiers"
    SECONDE = "seconde"
    PREMIERE = "premiere"
    TERMINALE = "terminale"
    CAP_1 = "cap_1"
    CAP_2 = "cap_2"
    UPE2A = "upe2a"
    OTHER = "other"


class InformationText(StrEnum):
    """Which text the young person and those who answer for them were given about their data (docs/information.md)."""

    V1 = "v1"


class Missing(StrEnum):
    """What a file lacks before a place can be confirmed in its name."""

    REPRESENTATIVE = "representative"


class Representative(BaseModel):
    """Who answers for a minor: a parent or guardian, by their kinship, or an institution."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)
    kind: Literal["person", "institution"]
    name: KeptName
    kinship: Kinship | None = None
    phone: KeptPhone | None = None
    email: KeptEmail | None = None


class Counsellor(BaseModel):
    """Who at the agency follows the young person, and the phone that a school dials."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)
    name: str
    phone: KeptPhone | None = None
