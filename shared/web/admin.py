"""Routes of operations: health, metrics, the simulated clock."""

import asyncio
from datetime import date, timedelta
from typing import Literal

from fastapi import Request
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.kernel.errors import Refused, Unavailable
from shared.kernel.strict import Instant
from shared.persistence import simulated_clock
from shared.persistence.failures import is_transient
from shared.web.auth import require
from shared.web.problems import problem
from shared.web.router import Router
from shared.web.runtime import runtime

MAX_ADVANCE = timedelta(days=5 * 365)
"""How far the simulated clock may go at once."""
READY_WITHIN = 3.0
"""Seconds that MongoDB has to say that it is there."""
health = Router(tags=["santé"], problems={Unavailable: ("outbox_full",)})
admin = Router(
    prefix="/admin",
    tags=["exploitation"],
    dependencies=[require("admin")],
    problems={Refused: ("clock_goes_back", "clock_too_far", "real_clock")},
)


class LiveResponse(BaseModel):
    status: Literal["ok"] = "ok"


class ReadyResponse(BaseModel):
    """`degraded` while Kafka is away (what is told waits in the outboxes, `pending` documents of them) or messages are parked."""

    status: Literal["ok", "degraded"]
    kafka: Literal["ok", "away"]
    pending: int = Field(ge=0)
    parked: int = Field(ge=0)


class AdvanceRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    now: Instant


class ClockResponse(BaseModel):
    """The service's instant and day, and whether they are simulated."""

    now: AwareDatetime
    today: date
    simulated: bool


@health.get("/health/live")
async def live() -> LiveResponse:
    """The process answers."""
    return LiveResponse()


@health.get("/health/ready", response_model=ReadyResponse)
async def ready(request: Request) -> ReadyResponse | JSONResponse:
    """MongoDB answers and the outbox is under its limit. What needs a look is `degraded`, still 200."""
    here = runtime(request)
    limit = here.settings.outbox_limit
    try:
        async with asyncio.timeout(READY_WITHIN):
            await here.persistence.database.command({"ping": 1})
            pending = await here.relay.pending(limit)
            parked = sum((await here.parked.codes()).values())
    except Exception as error:
        if not isinstance(error, TimeoutError) and not is_transient(error):
            raise
        return problem(503, "database_away", "La base de données ne répond pas.")
    if not here.prepared:
        return problem(503, "starting", "Le service démarre.")
    if pending > limit:
        return problem(503, "outbox_full", "Trop d’événements attendent Kafka.", pending=pending)
    away = here.kafka_is_away
    status: Literal["ok", "degraded"] = "degraded" if away or parked else "ok"
    return ReadyResponse(status=status, kafka="away" if away else "ok", pending=pending, parked=parked)


@health.get("/metrics", response_class=PlainTextResponse)
async def metrics() -> PlainTextResponse:
    """Prometheus' own format."""
    return PlainTextResponse(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@admin.get("/clock")
async def read_clock(request: Request) -> ClockResponse:
    """The service's time, and whether it is simulated."""
    clock = runtime(request).persistence.clock
    return ClockResponse(now=clock.now(), today=clock.today(), simulated=clock.simulated)


@admin.post("/clock")
async def advance_clock(request: Request, body: AdvanceRequest) -> ClockResponse:
    """Advance the simulated clock, then do what the new day brings (deadlines). 409 on a real clock, to go back, or too far."""
    here = runtime(request)
    clock = here.persistence.clock
    if clock.simulated and body.now - clock.now() > MAX_ADVANCE:  # a slip would hold for ever: it never goes back
        raise Refused("clock_too_far", "L’horloge simulée s’avance de cinq ans au plus à la fois.")
    clock.advance(body.now)
    await simulated_clock.remember(here.persistence.database, body.now)
    if here.sweep:
        await here.sweep(here.store)
    return await read_clock(request)
