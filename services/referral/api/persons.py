"""Who is whom, for an administrator alone: probable matches side by side, merged, split or told apart; erasure."""

from uuid import UUID

from services.referral import use_cases, views
from services.referral.api.deps import StoreDep
from services.referral.api.schemas import DistinctRequest, ErasureRequest, MergeRequest
from services.referral.domain.record import split
from services.referral.store.audit import What, Whom
from shared.kernel.errors import Gone, Invalid, NotFound, Refused
from shared.web.auth import CurrentCaller, require
from shared.web.bodies import DatedBody
from shared.web.cursor import Page, PagingDep
from shared.web.names import Names
from shared.web.router import Router

REFUSALS = ("already_merged", "not_merged", "same_person", "still_enrolled")
router = Router(
    tags=["personnes"], dependencies=[require("admin")],
    problems={Refused: REFUSALS, NotFound: (), Gone: (), Invalid: ("one_person_twice",)},
)  # fmt: skip


@router.get("/matches")
async def list_matches(caller: CurrentCaller, store: StoreDep, paging: PagingDep) -> Page[views.MatchResponse]:
    """Who may be one person, all that was sent of both side by side, the latest first. Each reading is in the audit."""
    part = await store.matches.undecided(paging.asked)
    of_both = {id for match in part.items for id in match.young_ids}
    sent, referrals, journeys = (
        await store.vault.sent_with(of_both), await store.referrals_of(*of_both), await store.journeys.of_each(of_both),
    )  # fmt: skip
    await store.audit.note(caller, What.WHOLE, [Whom(one.young_id, one.referral_id) for one in referrals])
    names = Names(agencies={agency.agency: agency.name for agency in await store.all_agencies()})
    sides = views.sides(sent, referrals, journeys, names)
    return paging.page(part, [views.show_match(match, sides) for match in part.items])


@router.post("/matches/merge")
async def merge_persons(body: MergeRequest, caller: CurrentCaller, store: StoreDep) -> views.RecordResponse:
    """They are one: the first is an alias of the kept one from now on. Nothing is cancelled where both hold a place."""
    on = store.clock.day(body.on)
    merged = await use_cases.merge_persons(store, caller, young_id=body.young_id, kept=body.kept, on=on)
    return views.RecordResponse(**dict(merged))


@router.post("/matches/distinct")
async def keep_apart(body: DistinctRequest, caller: CurrentCaller, store: StoreDep) -> views.DistinctResponse:
    """They are two: the pair leaves the list. Merged ones are split first."""
    one, other = body.young_ids
    if one == other:
        raise Invalid("one_person_twice", "Ce sont deux fois le même dossier.")
    for id in body.young_ids:
        await use_cases.ensure_known(store, id)
    if other in await store.records.of_one_person(one):
        raise Refused("already_merged", "Ces deux dossiers sont réunis : séparez-les d’abord.")
    await store.records.keep_distinct(caller, (one, other))
    return views.DistinctResponse(young_ids=(one, other))


@router.post("/persons/{young_id}/split")
async def split_person(young_id: UUID, body: DatedBody, caller: CurrentCaller, store: StoreDep) -> views.RecordResponse:
    """Undo the merge of an alias: they are two again, and in the list until somebody decides."""
    records = store.records.documents.acting(caller)
    record = await records.create(young_id, split, young_id=young_id, on=store.clock.day(body.on))
    return views.RecordResponse(**dict(record))


@router.post("/persons/{young_id}/erasure")
async def erase_person(young_id: UUID, body: ErasureRequest, caller: CurrentCaller, store: StoreDep) -> views.RecordResponse:
    """Erase for good who this is, under each alias: no copy opens any more, and every service drops what it holds."""
    on = store.clock.day(body.on)
    erased = await use_cases.erase_person(store, caller, young_id=young_id, code=body.code, on=on)
    return views.RecordResponse(**dict(erased))
