"""Identities, for the schools that have an application; and the probable matches, for an administrator, without any."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel

from services.referral.api.deps import StoreDep
from services.referral.domain.person import Representative
from services.referral.store.vault import merged
from shared.web.auth import CurrentCaller, require
from shared.web.router import Router

router = Router(tags=["identités"])


class Contact(BaseModel):
    agency: str
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
    counsellors: list[Contact] = []


class MatchResponse(BaseModel):
    young_ids: list[UUID]
    since: datetime


@router.get("/identities/{young_id}", response_model_exclude_unset=True, dependencies=[require("school")])
async def read_identity(young_id: UUID, caller: CurrentCaller, store: StoreDep) -> IdentityResponse:
    """Who an applicant of the caller's school is. Each read is in the audit before it is answered."""
    journey = await store.applicant(caller, young_id)
    sent = await store.vault.read_for_a_school(caller, young_id)
    identity = merged(sent)
    if caller.role == "workshop":
        return IdentityResponse(young_id=young_id, family_name=identity.family_name, given_name=identity.given_name)
    contacts = {
        one.agency: Contact(agency=one.agency, counsellor=one.counsellor)
        for one in sent
        if caller.tenant in journey.schools_of(one.referral_id)
    }
    return IdentityResponse(
        young_id=young_id, **dict(identity), informed_on=sent[-1].informed_on, counsellors=list(contacts.values())
    )


@router.get("/matches", dependencies=[require("admin")])
async def list_matches(store: StoreDep) -> list[MatchResponse]:
    """Young persons who are probably the same, for someone to decide. Ids only."""
    return [MatchResponse.model_validate(row) for row in await store.vault.probable_matches()]
