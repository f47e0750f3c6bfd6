"""The indicators as JSON, and the stream that says when rows changed."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Header, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from services.reporting.deps import READERS, AsOf, Cohort, StoreDep, known_on, masking_for, scope_for, settings_of
from services.reporting.indicators.figure import Figure
from shared.kernel.errors import NotFound
from shared.projections.notifier import Changes
from shared.web.auth import CurrentCaller
from shared.web.pages import SIMULATED
from shared.web.router import Router

router = Router(tags=["indicateurs"], dependencies=[READERS], problems={NotFound: ()})
A_SECOND = 1.0


@router.get("/indicators")
async def read_indicators(
    request: Request, caller: CurrentCaller, store: StoreDep, scope: str | None = None, cohort: Cohort = None, as_of: AsOf = None
) -> dict[str, Any]:
    """Every indicator that means something in a scope: network, school:…, programme:… or agency_kind:…."""
    reading = await store.views.read(known_on(as_of, store.clock))
    asked = scope_for(caller, scope, reading)
    settings = settings_of(request)
    masking = masking_for(caller, settings)
    return {
        "scope": str(asked),
        "cohort": cohort,
        "as_of": reading.known.day,
        "simulated": settings.simulated,
        "notice": SIMULATED if settings.simulated else None,
        "indicators": [as_json(masking.figure(figure)) for figure in reading.figures(asked, cohort)],
    }


@router.get("/events", response_class=EventSourceResponse)
async def stream_changes(
    store: StoreDep, last_event_id: Annotated[int | None, Header()] = None
) -> AsyncIterable[ServerSentEvent]:
    """An event `changed` whenever rows changed, once a second at most. A reader who comes back late hears at once."""
    async for number in changes(store.projector.changes, last_event_id):
        yield ServerSentEvent(event="changed", id=str(number), data=number)


async def changes(of: Changes, heard: int | None) -> AsyncGenerator[int, None]:
    """Change numbers past the one heard, with a second between two. A number of before a restart is not ours: we tell ours."""
    after = of.number if heard is None else heard if heard <= of.number else -1
    while True:
        after = await of.wait(after)
        yield after
        await asyncio.sleep(A_SECOND)


def as_json(figure: Figure) -> dict[str, Any]:
    """A figure with its indicator's name, version and formula."""
    said, counted = (
        figure.indicator,
        {field: value for field, value in vars(figure).items() if field not in ("indicator", "groups")},
    )
    about = {field: getattr(said, field) for field in ("name", "version", "label", "formula", "unit")}
    return {**about, "reference": asdict(said.reference) if said.reference else None, **counted}
