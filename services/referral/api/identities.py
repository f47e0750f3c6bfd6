"""Identities, for the schools that have an application; and the probable matches, for an administrator, without any."""

from uuid import UUID

from services.referral import use_cases, views
from services.referral.api.deps import StoreDep, TermsDep, read_by
from services.referral.domain.person import ProbableMatch
from services.referral.domain.visibility import names_alone
from services.referral.store.audit import What, Whom
from shared.kernel.errors import Forbidden
from shared.persistence.keyset import Position, part_of
from shared.web.auth import CurrentCaller, require
from shared.web.cursor import Page, PagingDep
from shared.web.names import Names
from shared.web.router import Router

router = Router(tags=["identités"], problems={Forbidden: ()})


@router.get("/identities/{young_id}", response_model_exclude_unset=True, dependencies=[read_by("school")])
async def read_identity(young_id: UUID, caller: CurrentCaller, store: StoreDep, terms: TermsDep) -> views.IdentityResponse:
    """Who an applicant of the caller's school is, until a time after its answer or their departure.

    Each read, and each refused one, is in the audit before it is answered.
    """
    async with store.audit.reading(caller, What.NAMES if names_alone(caller) else What.WHOLE, Whom(young_id)):
        journey = await use_cases.applicant(store, caller, young_id, terms)
        names = Names(agencies={agency.agency: agency.name for agency in await store.all_agencies()})
        return views.show_identity(caller, young_id, journey, await store.vault.sent_of(young_id), names)


@router.get("/matches", dependencies=[require("admin")])
async def list_matches(store: StoreDep, paging: PagingDep) -> Page[views.MatchResponse]:
    """Young persons who are probably the same, for someone to decide, the latest first. Ids only."""
    part = part_of(await store.vault.probable_matches(), _latest, paging.asked, falling=True)
    return paging.page(part, [views.MatchResponse(**dict(match)) for match in part.items])


def _latest(match: ProbableMatch) -> Position:
    return [match.since.isoformat(timespec="microseconds"), *map(str, match.young_ids)]
