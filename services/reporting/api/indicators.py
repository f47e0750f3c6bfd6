"""The indicators as JSON, and the stream that says when rows changed."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

from fastapi import Header, Request
from fastapi.sse import ServerSentEvent

from services.reporting.api.schemas import IndicatorsResponse, figure_response, programme_of, school_of
from services.reporting.deps import READERS, AsOf, Cohort, StoreDep, known_on, masking_for, perimeter_for, settings_of
from shared.kernel.errors import NotFound
from shared.projections.notifier import Changes
from shared.web.auth import CurrentCaller
from shared.web.pages import SIMULATED
from shared.web.router import Router
from shared.web.streams import COUNTED, TOO_MANY_STREAMS, Events, EventStream, event_stream

router = Router(tags=["indicateurs"], dependencies=[READERS], problems={NotFound: ()})
A_SECOND = 1.0
BEFORE_ALL = -1
"""Every change number comes after it."""
EventId = Annotated[str | None, Header(alias="Last-Event-ID", description="Illisible ou inconnu, il vaut l’état présent.")]


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
        school=school_of(perimeter, reading.tables),
        programme=programme_of(perimeter, reading.tables),
        cohort=cohort,
        as_of=reading.tables.day,
        simulated=settings.simulated,
        notice=SIMULATED if settings.simulated else None,
        indicators=[figure_response(masking.figure(figure)) for figure in figures],
    )


@router.get("/events", response_class=EventStream, dependencies=[COUNTED], responses=TOO_MANY_STREAMS)
async def stream_changes(request: Request, store: StoreDep, last_event_id: EventId = None) -> EventStream:
    """An event `changed` whenever rows changed, once a second at most. A reader who comes back late hears at once.

    So does one whose `Last-Event-ID` is none of ours: the present state, then what comes. It ends with its token.
    """
    return event_stream(request, events(changes(store.projector.changes, last_read(last_event_id))))


async def events(numbers: AsyncGenerator[int, None]) -> Events:
    """Change numbers as they are sent."""
    async with aclosing(numbers):
        async for number in numbers:
            yield ServerSentEvent(event="changed", id=str(number), data=number)


def last_read(event_id: str | None) -> int | None:
    """The change that a reader names: None without a word of it, BEFORE_ALL where what they say was never given by us."""
    if event_id is None:
        return None
    return int(event_id) if re.fullmatch(r"[0-9]{1,18}", event_id) else BEFORE_ALL


async def changes(of: Changes, last: int | None) -> AsyncGenerator[int, None]:
    """Change numbers past the last one read, with a second between two. One of before a restart is not ours: ours is given."""
    after = of.number if last is None else last if last <= of.number else BEFORE_ALL
    while True:
        after = await of.wait(after)
        yield after
        await asyncio.sleep(A_SECOND)
