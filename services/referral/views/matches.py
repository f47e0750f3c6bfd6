"""Two who may be one, side by side, as an administrator reads them to decide; and what was decided of a `young_id`."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from services.referral.domain.erasure import is_pupil
from services.referral.domain.journey import Journey
from services.referral.domain.person import Identity, ProbableMatch, Sent
from services.referral.domain.record import PersonRecord
from services.referral.domain.referral import Referral
from shared.web.names import Names, OrganisationResponse


class SentResponse(BaseModel):
    """What one agency sent, with one referral."""

    referral_id: UUID
    agency: OrganisationResponse
    submitted_on: date
    identity: Identity


class SideResponse(BaseModel):
    """All that was sent of one `young_id`."""

    young_id: UUID
    is_pupil: bool = Field(description="Élève d’une école en ce moment : s’ils le sont tous deux, rien n’est annulé.")
    referrals: list[SentResponse]


class MatchResponse(BaseModel):
    """Two who may be one."""

    young_ids: tuple[UUID, UUID]
    since: datetime
    sides: list[SideResponse]


class DistinctResponse(BaseModel):
    """Two persons, who are no longer listed as perhaps one."""

    young_ids: tuple[UUID, UUID]


class RecordResponse(PersonRecord):
    """A `young_id`: whom it is an alias of, whether its person is erased."""


def sides(
    sent: Mapping[UUID, Sent], referrals: Iterable[Referral], journeys: Mapping[UUID, Journey], names: Names
) -> Mapping[UUID, SideResponse]:
    """Each person, with every referral of theirs that can be read."""
    found: dict[UUID, list[SentResponse]] = defaultdict(list)
    for referral in referrals:
        if one := sent.get(referral.referral_id):
            shown = SentResponse(
                referral_id=one.referral_id, agency=names.agency(one.agency), submitted_on=referral.submitted_on,
                identity=one.identity,
            )  # fmt: skip
            found[referral.young_id].append(shown)
    return {id: SideResponse(young_id=id, is_pupil=is_pupil(journey), referrals=found[id]) for id, journey in journeys.items()}


def show_match(match: ProbableMatch, sides: Mapping[UUID, SideResponse]) -> MatchResponse:
    """A pair, side by side."""
    return MatchResponse(**dict(match), sides=[sides[id] for id in match.young_ids])
