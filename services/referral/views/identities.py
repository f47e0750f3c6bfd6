"""Who an applicant is, as a school reads it; the agencies, as anyone does."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from pydantic import BaseModel

from services.referral.domain.agency import Agency
from services.referral.domain.file import Counsellor, InformationText, LastClass
from services.referral.domain.journey import Journey
from services.referral.domain.person import Identity, Said, Sent, differences
from services.referral.domain.visibility import names_alone, reached, received_on, still_asks
from shared.kernel.caller import Caller
from shared.kernel.errors import NotFound
from shared.web.names import Names, OrganisationResponse


class AgencyResponse(Agency):
    """An agency under its public name."""


class SentResponse(BaseModel):
    """What one agency sent with one referral, under its name; `asks` is false once it took back all that it had asked here."""

    referral_id: UUID
    agency: OrganisationResponse
    received_on: date
    asks: bool
    identity: Identity
    counsellor: Counsellor
    informed_on: date
    information: InformationText | None
    last_class: LastClass | None
    reported_on: date | None


class IdentityResponse(BaseModel):
    """Who an applicant is, side by side in the words of each referral that reached the school, the earliest first.

    `differences` names the fields on which those that still ask say different things: to be cleared up, by a person.
    """

    young_id: UUID
    sent: list[SentResponse]
    differences: list[str]


class NamesResponse(BaseModel):
    """What a workshop reads of a pupil: the names, as the earliest referral wrote them, and whether another wrote others."""

    young_id: UUID
    family_name: str
    given_name: str
    names_differ: bool


def show_identity(
    caller: Caller, young_id: UUID, journey: Journey, sent: Sequence[Sent], names: Names
) -> IdentityResponse | NamesResponse:
    """Who someone is, for a school that may know. Raises NotFound where no referral of theirs reached it."""
    here = [each for each in sent if reached(journey, each.referral_id, caller.tenant)]
    if not here:
        raise NotFound
    asking = [each for each in here if still_asks(journey, each.referral_id, caller.tenant)]
    differ = differences(each.identity for each in asking)
    if names_alone(caller):
        first = (asking or here)[0].identity
        return NamesResponse(
            young_id=young_id, family_name=first.family_name, given_name=first.given_name,
            names_differ=not {"family_name", "given_name"}.isdisjoint(differ),
        )  # fmt: skip
    return IdentityResponse(
        young_id=young_id, differences=differ,
        sent=[
            _sent(each, names, received_on=received_on(journey, each.referral_id, caller.tenant), asks=each in asking)
            for each in here
        ],
    )  # fmt: skip


def _sent(sent: Sent, names: Names, *, received_on: date, asks: bool) -> SentResponse:
    return SentResponse(
        referral_id=sent.referral_id, agency=names.agency(sent.agency), received_on=received_on, asks=asks,
        **{name: getattr(sent, name) for name in Said.model_fields},
    )  # fmt: skip
