"""The indicators as JSON, and the stream that says when rows changed."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable
from typing import Annotated

from fastapi import Header, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from services.reporting.api.schemas import IndicatorsResponse, figure_response
from services.reporting.deps import READERS, AsOf, Cohort, StoreDep, known_on, masking_for, perimeter_for, settings_of
from shared.kernel.errors import NotFound
from shared.projections.notifier import Changes
from shared.web.auth import CurrentCaller
from shared.web.pages import SIMULATED
from shared.web.router import Router

router = Router(tags=["indicateurs"], dependencies=[READERS], problems={NotFound: ()})
A_SECOND = 1.0
EventId = Annotated[str | None, Header(alias="Last-Event-ID", pattern="^[0-9]{1,18}$")]


@router.get("/indicators")
async def read_indicators(
    request: Request, caller: CurrentCaller, store: StoreDep, scope: str | None = None, cohort: Cohort = None, as_of: AsOf = None
) -> IndicatorsResponse:
    """Every indicator that means something in a scope: network, school:…, programme:… or agency_kind:…."""
    reading = await store.readings.read(known_on(as_of, store.clock))
    perimeter = perimeter_for(caller, scope, reading)
    settings = settings_of(request)
    masking = masking_for(caller, settings)
    figures = await asyncio.to_thread(reading.figures, perimeter, cohort)  # all may be to be counted
    return IndicatorsResponse(
        scope=str(perimeter),
        cohort=cohort,
        as_of=reading.tables.day,
        simulated=settings.simulated,
        notice=SIMULATED if settings.simulated else None,
        indicators=[figure_response(masking.figure(figure)) for figure in figures],
    )


@router.get("/events", response_class=EventSourceResponse)
async def stream_changes(store: StoreDep, last_event_id: EventId = None) -> AsyncIterable[ServerSentEvent]:
    """An event `changed` whenever rows changed, once a second at most. A reader who comes back late hears at once."""
    async for number in changes(store.projector.changes, int(last_event_id) if last_event_id else None):
        yield ServerSentEvent(event="changed", id=str(number), data=number)


async def changes(of: Changes, last: int | None) -> AsyncGenerator[int, None]:
    """Change numbers past the last one read, with a second between two. One of before a restart is not ours: ours is given."""
    after = of.number if last is None else last if last <= of.number else -1
    while True:
        after = await of.wait(after)
        yield after
        await asyncio.sleep(A_SECOND)
