"""Routes of operations: health, metrics, the simulated clock, parked messages."""

from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import AwareDatetime, BaseModel, ConfigDict

from shared.kernel.errors import Refused
from shared.persistence.failures import is_transient
from shared.persistence.mongo import Database
from shared.web.auth import require
from shared.web.problems import problem

MAX_ADVANCE = timedelta(days=5 * 365)
"""How far the simulated clock may go at once."""
health = APIRouter(tags=["santé"])
admin = APIRouter(prefix="/admin", tags=["exploitation"], dependencies=[require("admin")])


@health.get("/health/live")
async def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@health.get("/health/ready")
async def ready(request: Request) -> JSONResponse:
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
    status = "degraded" if state.relay.kafka_is_away else "ok"
    return JSONResponse({"status": status, "kafka": "away" if state.relay.kafka_is_away else "ok", "pending": pending})


@health.get("/metrics", include_in_schema=False)
async def metrics() -> Response:
    """Prometheus' own format."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


class Instant(BaseModel):
    model_config = ConfigDict(extra="forbid")
    now: AwareDatetime


@admin.get("/clock")
async def read_clock(request: Request) -> dict[str, Any]:
    """The service's time, and whether it is simulated."""
    clock = request.app.state.persistence.clock
    return {"now": clock.now(), "today": clock.today(), "simulated": clock.simulated}


@admin.post("/clock")
async def advance_clock(request: Request, body: Instant) -> dict[str, Any]:
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
async def unpark(request: Request) -> dict[str, int]:
    """Replay the parked messages, in order per key."""
    replayed, left = await request.app.state.dispatcher.replay()
    return {"replayed": replayed, "left": left}


@admin.get("/parked")
async def parked(request: Request) -> list[dict[str, Any]]:
    """What is parked: coordinates, type and code, never a value."""
    rows: list[dict[str, Any]] = await request.app.state.parking.all()
    return rows


async def keep_clock(database: Database, now: datetime) -> None:
    """Remember where the simulated clock stands, for the next start."""
    await database["clock"].update({"_id": "clock"}, {"$max": {"now": now}}, upsert=True)


async def kept_clock(database: Database) -> datetime | None:
    """Where the simulated clock stood."""
    found = await database["clock"].find_one({"_id": "clock"})
    return found["now"] if found else None
