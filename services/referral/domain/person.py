"""Who a young person is: identity as an agency sends it, and the traits by which two referrals are of the same person.

Only the vault keeps what is here. Nothing of it enters an event, a log, an error or an address.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import product
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.referral.domain.file import Counsellor, InformationText, LastClass, Missing, Representative
from shared.events.corrections import CorrectionCode
from shared.kernel.calendar import age_at, month_of
from shared.kernel.errors import Invalid
from shared.kernel.identifiers import CommuneCode, Ine, KeptEmail, KeptPhone, Slug
from shared.kernel.names import KeptName, keys

EARLIEST_BIRTH = date(1980, 1, 1)
YOUNGEST, MAJORITY = 13, 18
"""Ages in years: nobody is referred before the first; a minor, under the second, has a representative."""


class Identity(BaseModel):
    """Who the young person is and how to reach them, as it was accepted."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)
    family_name: KeptName
    given_name: KeptName
    birth_date: date
    commune: CommuneCode | None = None
    phone: KeptPhone | None = None
    email: KeptEmail | None = None
    ine: Ine | None = None
    representatives: tuple[Representative, ...] = ()


class Said(BaseModel):
    """What an agency says of someone with a referral, and the vault alone keeps."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)
    identity: Identity
    counsellor: Counsellor
    informed_on: date = Field(description="When the young person, and who answers for them, were told of the sharing of data.")
    information: InformationText | None = Field(None, description="The text that they were given. None: not known then.")
    last_class: LastClass | None = None
    reported_on: date | None = Field(None, description="When they were reported as a minor out of school (signalement).")

    @model_validator(mode="before")
    @classmethod
    def as_kept_before(cls, kept: Any) -> Any:
        """Earlier builds kept one representative, and a counsellor's name alone."""
        if not isinstance(kept, dict):
            return kept
        identity, counsellor = kept.get("identity"), kept.get("counsellor")
        if isinstance(identity, dict) and "representative" in identity:
            one, rest = identity["representative"], {name: value for name, value in identity.items() if name != "representative"}
            kept = {**kept, "identity": {**rest, "representatives": [one] if one else []}}
        return {**kept, "counsellor": {"name": counsellor}} if isinstance(counsellor, str) else kept


class Before(Said):
    """What was said until a day, when an amendment replaced it (its code), or a completion added to it (none)."""

    until: date
    code: CorrectionCode | None = None


class Sent(Said):
    """What one agency sent with one referral: as it says now, and what it said before, in order."""

    referral_id: UUID
    agency: Slug
    earlier: UUID | None = Field(
        None, description="Of a referral without a reference: its agency's first one under these names and birth date."
    )
    before: tuple[Before, ...] = ()

    @property
    def own_identities(self) -> list[Identity]:
        """As it says now, and as it said before, back to what was found to be of another person."""
        own = [self.identity]
        for one in reversed(self.before):
            if one.code is CorrectionCode.WRONG_PERSON and one.identity != own[-1]:
                break
            own.append(one.identity)
        return own


class ProbableMatch(BaseModel):
    """Two persons who share names and birth date, or an INE, and are not linked, by id; since when both are known."""

    model_config = ConfigDict(frozen=True)
    young_ids: tuple[UUID, UUID]
    since: datetime


def check_dates(identity: Identity, *, informed_on: date, out_of_school_since: str | None, on: date, today: date) -> None:
    """The dates of a referral made on a day agree with each other. Raises Invalid, whose sentence holds none of them."""
    born = identity.birth_date
    if born > today:
        raise Invalid("birth_in_the_future", "La date de naissance est dans le futur.")
    if born < EARLIEST_BIRTH:
        raise Invalid("birth_too_early", "La date de naissance est trop ancienne : vérifiez l’année.")
    if on < born:
        raise Invalid("before_birth", "Le jour de l’orientation précède la naissance.")
    if age_at(born, on) < YOUNGEST:
        raise Invalid("too_young", "Une orientation se fait à partir de 13 ans : ce jeune ne les a pas encore.")
    if informed_on > on:
        raise Invalid("informed_in_the_future", "La date d’information du jeune est postérieure à l’orientation.")
    if informed_on < born:
        raise Invalid("before_birth", "La date d’information du jeune précède sa naissance.")
    if out_of_school_since is not None and out_of_school_since > month_of(on):
        raise Invalid("out_of_school_in_the_future", "Le mois de sortie de l’école est postérieur à l’orientation.")
    if out_of_school_since is not None and out_of_school_since < month_of(born):
        raise Invalid("before_birth", "Le mois de sortie de l’école précède la naissance.")


def to_complete(identity: Identity, *, today: date) -> list[Missing]:
    """What is still missing before a place can be confirmed: who answers for a minor."""
    minor = age_at(identity.birth_date, today) < MAJORITY
    return [Missing.REPRESENTATIVE] if minor and not identity.representatives else []


def first_traits(identity: Identity) -> list[list[str]]:
    """Family name, given name and birth date, in each way to write the names: who share one are *probably* the same."""
    ways = product(keys(identity.family_name), keys(identity.given_name))
    return [[family, given, identity.birth_date.isoformat()] for family, given in ways]


def traits_with_ine(identity: Identity) -> list[list[str]]:
    """A first trait with the INE."""
    return _with(identity, {"ine": identity.ine})


def traits_with_contact(identity: Identity) -> list[list[str]]:
    """A first trait with the young person's own phone or e-mail; a family's may be of several, so never without the names."""
    return _with(identity, {"phone": identity.phone, "email": identity.email})


def _with(identity: Identity, more: Mapping[str, str | None]) -> list[list[str]]:
    return [[*first, kind, value] for first in first_traits(identity) for kind, value in more.items() if value is not None]


def differences(identities: Iterable[Identity]) -> list[str]:
    """The fields on which several say different things of one person; what one of them does not say is no difference."""
    said = [identity.model_dump(exclude_none=True) for identity in identities]
    return [field for field in Identity.model_fields if _differ([one[field] for one in said if one.get(field)])]


def _differ(values: Sequence[object]) -> bool:
    return any(value != values[0] for value in values)
