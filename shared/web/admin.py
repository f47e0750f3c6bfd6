"""Routes of operations: health, metrics, the simulated clock, parked messages."""

from datetime import date, datetime, timedelta
from typing import Literal

from fastapi import Request
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.kernel.errors import Refused, Unavailable
from shared.persistence.failures import is_transient
from shared.persistence.mongo import Database
from shared.web.auth import require
from shared.web.problems import problem
from shared.web.router import Router

MAX_ADVANCE = timedelta(days=5 * 365)
"""How far the simulated clock may go at once."""
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
    """`degraded` while Kafka is away: what is told waits in the outboxes, `pending` documents of them."""

    status: Literal["ok", "degraded"]
    kafka: Literal["ok", "away"]
    pending: int = Field(ge=0)


class AdvanceRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    now: AwareDatetime


class ClockResponse(BaseModel):
    """The service's instant and day, and whether they are simulated."""

    now: AwareDatetime
    today: date
    simulated: bool


class ReplayResponse(BaseModel):
    """How many parked messages were handled, and how many stay."""

    replayed: int
    left: int


class ParkedResponse(BaseModel):
    """A parked message: where it is, its type where it has one of ours, and why; never its value."""

    coordinates: str = Field(description="topic/partition/offset")
    type: str
    code: str


@health.get("/health/live")
async def live() -> LiveResponse:
    """The process answers."""
    return LiveResponse()


@health.get("/health/ready", response_model=ReadyResponse)
async def ready(request: Request) -> ReadyResponse | JSONResponse:
    """MongoDB answers and the outbox is under its limit. Kafka away is `degraded`, still 200: what is told waits."""
    state = request.app.state
    try:
        await state.persistence.database.command({"ping": 1})
        pending = await state.relay.pending(state.settings.outbox_limit)
    except Exception as error:
        if not is_transient(error):
            raise
        return problem(503, "database_away", "La base de données ne répond pas.")
    if not state.prepared:
        return problem(503, "starting", "Le service démarre.")
    if pending > state.settings.outbox_limit:
        return problem(503, "outbox_full", "Trop d'événements attendent Kafka.", pending=pending)
    away = state.relay.kafka_is_away
    return ReadyResponse(status="degraded" if away else "ok", kafka="away" if away else "ok", pending=pending)


@health.get("/metrics", response_class=PlainTextResponse)
async def metrics() -> PlainTextResponse:
    """Prometheus' own format."""
    return PlainTextResponse(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@admin.get("/clock")
async def read_clock(request: Request) -> ClockResponse:
    """The service's time, and whether it is simulated."""
    clock = request.app.state.persistence.clock
    return ClockResponse(now=clock.now(), today=clock.today(), simulated=clock.simulated)


@admin.post("/clock")
async def advance_clock(request: Request, body: AdvanceRequest) -> ClockResponse:
    """Advance the simulated clock, then do what the new day brings (deadlines). 409 on a real clock, to go back, or too far."""
    state = request.app.state
    clock = state.persistence.clock
    if clock.simulated and body.now - clock.now() > MAX_ADVANCE:  # a slip would hold for ever: it never goes back
        raise Refused("clock_too_far", "L'horloge simulée s'avance de cinq ans au plus à la fois.")
    clock.advance(body.now)
    await keep_clock(state.persistence.database, body.now)
    if state.sweep:
        await state.sweep(state.store)
    return await read_clock(request)


@admin.post("/unpark")
async def unpark(request: Request) -> ReplayResponse:
    """Replay the parked messages, in order per key."""
    replayed, left = await request.app.state.dispatcher.replay()
    return ReplayResponse(replayed=replayed, left=left)


@admin.get("/parked")
async def list_parked(request: Request) -> list[ParkedResponse]:
    """What is parked: coordinates, type and code, never a value."""
    rows = await request.app.state.parking.all()
    return [ParkedResponse(coordinates=row["_id"], type=row["type"], code=row["code"]) for row in rows]


async def keep_clock(database: Database, now: datetime) -> None:
    """Remember where the simulated clock stands, for the next start."""
    await database["clock"].update({"_id": "clock"}, {"$max": {"now": now}}, upsert=True)


async def kept_clock(database: Database) -> datetime | None:
    """Where the simulated clock stood."""
    found = await database["clock"].find_one({"_id": "clock"})
    return found["now"] if found else None
