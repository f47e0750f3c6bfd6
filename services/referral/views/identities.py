"""Who an applicant is, as a school reads it; the agencies, as anyone does."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from pydantic import BaseModel

from services.referral.domain.agency import Agency
from services.referral.domain.journey import Journey
from services.referral.domain.person import Representative, Sent, merged
from services.referral.domain.visibility import names_alone, reached
from shared.kernel.caller import Caller
from shared.web.names import Names, OrganisationResponse


class AgencyResponse(Agency):
    """An agency under its public name."""


class CounsellorResponse(BaseModel):
    agency: OrganisationResponse
    counsellor: str


class IdentityResponse(BaseModel):
    """What a school reads of an applicant. The workshop gets the names alone, of pupils alone."""

    young_id: UUID
    family_name: str
    given_name: str
    birth_date: date | None = None
    commune: str | None = None
    phone: str | None = None
    email: str | None = None
    ine: str | None = None
    representative: Representative | None = None
    informed_on: date | None = None
    counsellors: list[CounsellorResponse] = []


def show_identity(caller: Caller, young_id: UUID, journey: Journey, sent: Sequence[Sent], names: Names) -> IdentityResponse:
    """Who someone is, for a school that may know: with the counsellors of the referrals that reached it."""
    identity = merged(sent)
    if names_alone(caller):
        return IdentityResponse(young_id=young_id, family_name=identity.family_name, given_name=identity.given_name)
    counsellors = {
        each.agency: CounsellorResponse(agency=names.agency(each.agency), counsellor=each.counsellor)
        for each in sent
        if reached(journey, each.referral_id, caller.tenant)
    }
    return IdentityResponse(
        young_id=young_id, **dict(identity), informed_on=sent[-1].informed_on, counsellors=list(counsellors.values())
    )
