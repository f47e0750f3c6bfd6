"""Routes of operations: health, metrics, the simulated clock."""

import asyncio
from datetime import date, timedelta
from typing import Any, Literal

from fastapi import Request
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.events.message import DELETED
from shared.kernel.errors import Refused, Unavailable
from shared.kernel.strict import Instant
from shared.persistence import simulated_clock
from shared.persistence.failures import is_denied, is_transient
from shared.web.auth import require
from shared.web.problems import problem
from shared.web.router import Router
from shared.web.runtime import Runtime, runtime

MAX_ADVANCE = timedelta(days=5 * 365)
"""How far the simulated clock may go at once."""
READY_WITHIN = 3.0
"""Seconds that MongoDB has to say that it is there."""
health = Router(tags=["santé"], problems={Unavailable: ("outbox_full", "database_refused", "migrating")})
admin = Router(
    prefix="/admin",
    tags=["exploitation"],
    dependencies=[require("admin")],
    problems={Refused: ("clock_goes_back", "clock_too_far", "real_clock")},
)


class LiveResponse(BaseModel):
    status: Literal["ok"] = "ok"


class ReadyResponse(BaseModel):
    """`degraded` while Kafka is away or refuses something (`pending` documents wait to be told), or messages are parked.

    `lost`: how many of these stand for messages that were deleted from Kafka before they were handled here.
    """

    status: Literal["ok", "degraded"]
    kafka: Literal["ok", "away"]
    pending: int = Field(ge=0)
    parked: int = Field(ge=0)
    lost: int = Field(ge=0)
    refusing: list[str] = Field(
        description="What Kafka refuses: a topic that does not take an event, `group:` the group that may not read, or `cluster`."
    )


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
    """MongoDB answers and the outbox is under its limit. What needs a look is `degraded`, still 200.

    Documents that Kafka refuses do not count against the limit: that service is well, and another replica is no better.
    """
    return await readiness(runtime(request))


async def readiness(here: Runtime[Any]) -> ReadyResponse | JSONResponse:
    """What the service answers to that, whoever asks."""
    limit = here.settings.outbox_limit
    try:
        async with asyncio.timeout(READY_WITHIN):
            await here.persistence.database.command({"ping": 1})
            pending = await here.relay.pending(limit)
            codes = await here.parked.codes()
            full = pending > limit and await here.relay.pending(limit, held=False) > limit
            refusing = await here.refusing()
    except Exception as error:
        if not isinstance(error, TimeoutError) and not is_transient(error):
            raise
        if is_denied(error):
            return problem(
                503, "database_refused", "La base de données refuse ce service : son nom, son mot de passe ou ses droits."
            )
        return problem(503, "database_away", "La base de données ne répond pas.")
    if here.migrations.under_way:
        return problem(503, "migrating", "Le service met ce qu’il garde dans la forme de cette version.")
    if not here.prepared:
        return problem(503, "starting", "Le service démarre.")
    if full:
        return problem(503, "outbox_full", "Trop d’événements attendent Kafka.", pending=pending)
    away = here.kafka_is_away
    parked, lost = sum(codes.values()), codes.get(DELETED, 0)
    status: Literal["ok", "degraded"] = "degraded" if away or parked or refusing else "ok"
    kafka: Literal["ok", "away"] = "away" if away else "ok"
    return ReadyResponse(status=status, kafka=kafka, pending=pending, parked=parked, lost=lost, refusing=refusing)


@health.get("/metrics", response_class=PlainTextResponse)
async def metrics() -> PlainTextResponse:
    """Prometheus' own format."""
    return PlainTextResponse(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@health.get("/openapi.json", include_in_schema=False)
async def openapi(request: Request) -> JSONResponse:
    """The contract of this service."""
    return JSONResponse(request.app.openapi())


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
