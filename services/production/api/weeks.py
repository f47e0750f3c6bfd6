"""The hours of pupils' weeks: one pupil, or a whole workshop at once."""

from collections.abc import Sequence
from itertools import chain
from uuid import UUID

from services.production import views
from services.production.api.deps import SCHOOL, StoreDep
from services.production.api.schemas import WeekRequest, WorkshopWeekRequest
from services.production.domain.weeks import WorkedWeek
from services.production.store import Store
from services.production.use_cases import log_weeks
from shared.kernel.calendar import Week
from shared.kernel.caller import Caller
from shared.kernel.errors import Invalid, Refused
from shared.web.auth import CurrentCaller
from shared.web.names import Names
from shared.web.router import Router

REFUSALS = ("after_leaving", "before_start", "never_came", "order_not_accepted", "unknown_order", "unknown_pupil")
INVALID = ("more_than_production", "order_said_twice", "too_many_hours")
router = Router(prefix="/weeks", tags=["heures"], dependencies=[SCHOOL], problems={Refused: REFUSALS, Invalid: INVALID})


@router.put("/{week}/{young_id}")
async def log_pupil_week(
    week: Week, young_id: UUID, body: WeekRequest, caller: CurrentCaller, store: StoreDep
) -> views.PupilWeekResponse:
    """State one pupil's week; it replaces what was stated of it before."""
    [outcome] = await log_weeks(store, caller, week, [body.of(young_id)], on=store.clock.day(body.on))
    if not isinstance(outcome, WorkedWeek):
        raise outcome
    return (await _shown(store, caller, week, [outcome]))[0]


@router.put("/{week}")
async def log_workshop_week(
    week: Week, body: WorkshopWeekRequest, caller: CurrentCaller, store: StoreDep
) -> views.WorkshopWeekResponse:
    """State the week of each of these pupils: each is saved or refused by itself."""
    stated = [pupil.of(pupil.young_id) for pupil in body.pupils]
    outcomes = await log_weeks(store, caller, week, stated, on=store.clock.day(body.on))
    saved = [outcome for outcome in outcomes if isinstance(outcome, WorkedWeek)]
    refused = [
        views.show_refused(hours.young_id, outcome, caller)
        for hours, outcome in zip(stated, outcomes, strict=True)
        if not isinstance(outcome, WorkedWeek)
    ]
    return views.show_workshop(await _shown(store, caller, week, saved), refused)


@router.get("/{week}")
async def read_week(week: Week, caller: CurrentCaller, store: StoreDep) -> views.SchoolWeekResponse:
    """The school's pupils that week, those without hours too, with the shares of the week and of the school year so far."""
    worked = await store.worked_in(week, caller=caller)
    pupils = await store.pupils.of_week(week, logged=[logged.young_id for logged in worked], caller=caller)
    year, names = await store.hours_of_year(week, caller=caller), Names(await store.catalogue.schools([caller.tenant]))
    return views.show_school(caller.tenant, week, pupils, worked, year, names)


async def _shown(store: Store, caller: Caller, week: str, worked: Sequence[WorkedWeek]) -> list[views.PupilWeekResponse]:
    """These weeks with their measures and alerts."""
    ids = [logged.young_id for logged in worked]
    pupils = await store.pupils.named(ids, caller=caller)
    year = await store.hours_of_year(week, caller=caller, young_ids=ids)
    names = Names(await store.catalogue.schools([caller.tenant]))
    return views.show_pupils(week, chain.from_iterable(pupils.values()), worked, year, names)
