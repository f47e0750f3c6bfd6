"""Identities, for the schools that have an application."""

from uuid import UUID

from services.referral import use_cases, views
from services.referral.api.deps import StoreDep, TermsDep, read_by
from services.referral.domain.record import gone
from services.referral.domain.visibility import names_alone
from services.referral.labels import DIRECT
from services.referral.store.audit import What, Whom
from shared.kernel.errors import Forbidden, Gone
from shared.web.auth import CurrentCaller
from shared.web.names import Names
from shared.web.router import Router

router = Router(tags=["identités"], problems={Forbidden: (), Gone: ()})


@router.get("/identities/{young_id}", dependencies=[read_by("school")])
async def read_identity(
    young_id: UUID, caller: CurrentCaller, store: StoreDep, terms: TermsDep
) -> views.IdentityResponse | views.NamesResponse:
    """Who an applicant of the caller's school is, in the words of each referral that reached it.

    Until a time after its answer or their departure. Each read, and each refused one, is in the audit before it is answered.
    """
    async with store.audit.reading(caller, What.NAMES if names_alone(caller) else What.WHOLE, Whom(young_id)):
        journey = await use_cases.applicant(store, caller, young_id, terms)
        if await store.records.is_erased(young_id):
            raise gone()
        own = {caller.tenant: DIRECT}
        names = Names(agencies={**own, **{agency.agency: agency.name for agency in await store.all_agencies()}})
        return views.show_identity(caller, young_id, journey, await store.vault.sent_of(young_id), names)
