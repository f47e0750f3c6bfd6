"""Who a young person is: identity as an agency sends it, and the traits by which two referrals are of the same person.

Only the vault keeps what is here. Nothing of it enters an event, a log, an error or an address.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import product
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.kernel.calendar import age_at
from shared.kernel.errors import Invalid
from shared.kernel.identifiers import CommuneCode, Ine, KeptEmail, KeptPhone, Slug
from shared.kernel.names import KeptName, keys

EARLIEST_BIRTH = date(1980, 1, 1)
YOUNGEST, MAJORITY = 13, 18
"""Ages in years: nobody is referred before the first; a minor, under the second, has a representative."""


class Representative(BaseModel):
    """Who answers for a minor: a parent or guardian, or an institution."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    kind: Literal["person", "institution"]
    name: KeptName
    phone: KeptPhone | None = None
    email: KeptEmail | None = None


class Identity(BaseModel):
    """Who the young person is and how to reach them, as it was accepted."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    family_name: KeptName
    given_name: KeptName
    birth_date: date
    commune: CommuneCode | None = None
    phone: KeptPhone | None = None
    email: KeptEmail | None = None
    ine: Ine | None = None
    representative: Representative | None = None


class Sent(BaseModel):
    """What one agency sent with one referral."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)
    referral_id: UUID
    agency: Slug
    identity: Identity
    counsellor: str
    informed_on: date = Field(description="When the young person was told that their data would be shared.")
    earlier: UUID | None = Field(
        None, description="Of a referral without a reference: its agency's first one under these names and birth date."
    )


class ProbableMatch(BaseModel):
    """Two persons who share names and birth date, or an INE, and are not linked, by id; since when both are known."""

    model_config = ConfigDict(frozen=True)
    young_ids: tuple[UUID, UUID]
    since: datetime


def check_dates(identity: Identity, *, informed_on: date, out_of_school_since: date | None, on: date, today: date) -> None:
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
    if out_of_school_since is not None and out_of_school_since > on:
        raise Invalid("out_of_school_in_the_future", "La date de sortie de l’école est postérieure à l’orientation.")
    if out_of_school_since is not None and out_of_school_since < born:
        raise Invalid("before_birth", "La date de sortie de l’école précède la naissance.")


def to_complete(identity: Identity, *, today: date) -> list[str]:
    """What is still missing before the young person can be enrolled: a minor's representative."""
    minor = age_at(identity.birth_date, today) < MAJORITY
    return ["representative"] if minor and identity.representative is None else []


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


def merged(sent: Sequence[Sent]) -> Identity:
    """One identity out of several: the latest word on each field, an older one where the latest is silent."""
    latest: dict[str, Any] = {}
    for each in sent:
        latest |= {field: value for field, value in each.identity.model_dump().items() if value is not None}
    return Identity.model_validate(latest)


def earlier_of(sent: Iterable[Sent], referral_id: UUID) -> list[UUID]:
    """The referrals that its own agency had made of the same person before this one. `sent` is in the order of arrival."""
    before: list[Sent] = []
    for each in sent:
        if each.referral_id == referral_id:
            return [earlier.referral_id for earlier in before if earlier.agency == each.agency]
        before.append(each)
    raise LookupError(referral_id)
