"""The indicators as JSON, and the stream that says when rows changed."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from services.reporting.indicators.figure import Figure
from services.reporting.indicators.scope import Scope
from services.reporting.masking import UNMASKED, Masking
from services.reporting.settings import Settings
from services.reporting.store import Store
from services.reporting.views import Reading
from shared.auth import Asking, Caller, only
from shared.clock import Clock
from shared.errors import NotFound
from shared.identifiers import SchoolYear
from shared.projector import Changes

READERS = only("admin", "region", "federation", "school")
router = APIRouter(tags=["indicateurs"], dependencies=[READERS])
A_SECOND = 1.0


def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


Stores = Annotated[Store, Depends(_store)]
Cohort = Annotated[SchoolYear | None, Query(description="L'année scolaire d'entrée : 2025-2026.")]
AsOf = Annotated[date | None, Query(description="Ce que l'on savait à la fin de ce jour.")]


@router.get("/indicators")
async def indicators(
    request: Request, who: Asking, store: Stores, scope: str | None = None, cohort: Cohort = None, as_of: AsOf = None
) -> dict[str, Any]:
    """Every indicator that means something in a scope: network, school:…, programme:… or agency_kind:…."""
    reading = await store.views.read(known_on(as_of, store.clock))
    asked = scope_for(who, scope, reading)
    masking = masking_for(who, request.app.state.settings)
    return {
        "scope": str(asked),
        "cohort": cohort,
        "as_of": reading.known.day,
        "simulated": request.app.state.settings.simulated,
        "indicators": [as_json(masking.figure(figure)) for figure in reading.figures(asked, cohort)],
    }


@router.get("/events", response_class=EventSourceResponse)
async def events(store: Stores, last_event_id: Annotated[int | None, Header()] = None) -> AsyncIterable[ServerSentEvent]:
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


def known_on(as_of: date | None, clock: Clock) -> date | None:
    """The day asked for, which cannot be after today (422)."""
    return clock.day(as_of) if as_of else None


def scope_for(who: Caller, scope: str | None, reading: Reading) -> Scope:
    """The scope asked for: the network by default. A school sees itself and nothing else (404)."""
    if who.kind == "school":
        own = f"school:{who.tenant}"
        if scope not in (None, own):
            raise NotFound("Ce périmètre")
        scope = own
    return reading.known.scope(scope or "network")


def masking_for(who: Caller, settings: Settings) -> Masking:
    """Thresholds for a région and the federation; the administrator and a school, of itself, see everything."""
    if who.kind in ("admin", "school"):
        return UNMASKED
    return Masking(masked_below=settings.masked_below, shares_from=settings.shares_from)


def as_json(figure: Figure) -> dict[str, Any]:
    """A figure with its indicator's name, version and formula."""
    said, counted = figure.indicator, {field: value for field, value in vars(figure).items() if field != "indicator"}
    about = {field: getattr(said, field) for field in ("name", "version", "label", "formula", "unit")}
    return {**about, "reference": asdict(said.reference) if said.reference else None, **counted}
