"""What a school has to look at again among the weeks that it logged."""

from services.production.api.deps import SCHOOL, StoreDep
from services.production.views import WeekToCheckResponse, show_weeks_to_check
from shared.kernel.calendar import SchoolYear
from shared.persistence.keyset import part_of
from shared.web.auth import CurrentCaller
from shared.web.cursor import Page, PagingDep
from shared.web.router import Router

router = Router(tags=["heures"], dependencies=[SCHOOL])


@router.get("/school-years/{school_year}/weeks-to-check")
async def list_weeks_to_check(
    school_year: SchoolYear, caller: CurrentCaller, store: StoreDep, paging: PagingDep
) -> Page[WeekToCheckResponse]:
    """The weeks logged in a school year that no longer fit what is known since: an absence, another programme."""
    worked = await store.worked_in_year(school_year, caller=caller)
    pupils = await store.pupils.named({logged.young_id for logged in worked}, caller=caller)
    part = part_of(show_weeks_to_check(worked, pupils), lambda row: (row.week, str(row.young_id)), paging.asked)
    return paging.page(part, part.items)
