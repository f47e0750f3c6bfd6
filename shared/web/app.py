"""A service, put together: HTTP, its relay, its stream, its sweeps, its health. One per process."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import structlog
import uvicorn
from fastapi import APIRouter, FastAPI

from shared import logs
from shared.events import Event
from shared.kernel.clock import Clock
from shared.messaging.consumer import consume
from shared.messaging.dispatcher import Dispatcher, Handler
from shared.messaging.parking import Parking
from shared.messaging.relay import Relay
from shared.persistence.failures import is_transient
from shared.persistence.mongo import connect
from shared.persistence.transaction import Persistence
from shared.settings import Settings
from shared.web.admin import admin, health, kept_clock
from shared.web.auth import verifier
from shared.web.middleware import RequestGuard
from shared.web.openapi import describe
from shared.web.problems import answer_errors

log = structlog.get_logger()


class Store(Protocol):
    """A service's collections. `prepare` creates their indexes and may be called at every start."""

    async def prepare(self) -> None: ...


Sweep = Callable[[Any], Awaitable[None]]
"""What time alone brings about (deadlines): called with the store, every so often and after the simulated clock moved."""
Work = Callable[[FastAPI], Coroutine[Any, Any, None]]
"""A service's own background work, run until the process stops."""


@dataclass(frozen=True)
class Service:
    """What makes one service different from another."""

    name: str
    settings: Settings
    store: Callable[[Persistence], Store]
    routers: Sequence[APIRouter] = ()
    handlers: Mapping[type[Event], Handler] = field(default_factory=dict)
    by_faust: bool = True
    sweep: Sweep | None = None
    works: Sequence[Work] = ()


def build(service: Service) -> FastAPI:
    """The service as an ASGI application. Connects to nothing until its lifespan starts."""
    settings = service.settings
    app = FastAPI(title=f"Établi : {service.name}", lifespan=_lifespan(service), docs_url=None, redoc_url=None)  # they load a CDN
    app.state.prepared = False
    app.state.settings = settings
    app.state.sweep = service.sweep
    app.add_middleware(RequestGuard, outer=app, body_limit=settings.body_limit)
    answer_errors(app)
    describe(app)
    for router in (health, admin, *service.routers):
        app.include_router(router)
    return app


def serve(service: Service) -> None:
    """Run the service until SIGTERM or SIGINT."""
    logs.set_up(service.name, service.settings.log_level)
    uvicorn.run(
        build(service), host=service.settings.host, port=service.settings.port, log_config=None, access_log=False,
        timeout_graceful_shutdown=5, server_header=False,
    )  # fmt: skip


def _lifespan(service: Service) -> Callable[[FastAPI], Any]:
    settings = service.settings

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        clock = Clock(datetime.fromisoformat(settings.simulated_start) if settings.simulated else None)
        database = connect(settings.mongodb, f"etabli_{service.name}", driver=settings.mongo_driver)
        persistence = Persistence(database, service.name, clock)
        state = app.state
        state.secret = settings.secret
        state.verifier = verifier(settings.jwks_file)
        state.persistence = persistence
        state.store = service.store(persistence)
        state.parking = Parking(persistence)
        state.dispatcher = Dispatcher(
            state.store, service.handlers, state.parking, tries=settings.park_after, max_backoff=settings.max_backoff
        )
        holder = f"{service.name}-{settings.instance}"
        state.relay = Relay(persistence, settings.kafka, holder=holder, max_backoff=settings.max_backoff)
        running = asyncio.create_task(_run(service, app), name="background")
        running.add_done_callback(_ended)
        try:
            yield
        finally:
            running.remove_done_callback(_ended)
            running.cancel()
            with suppress(asyncio.CancelledError, Exception):  # what could not stop in time is stopped with the process
                await running
            await database.close()

    return lifespan


async def _run(service: Service, app: FastAPI) -> None:
    """Everything that is not HTTP. Ends only when cancelled."""
    state, settings = app.state, service.settings
    await _prepare(app)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(state.relay.run())
        if service.handlers and service.by_faust:
            tasks.create_task(
                consume(
                    state.dispatcher, service=service.name, slot=settings.instance, bootstrap=settings.kafka,
                    session_timeout=settings.session_timeout, max_backoff=settings.max_backoff,
                )
            )  # fmt: skip
        if service.sweep:
            tasks.create_task(_sweep_every(service.sweep, state.store, settings.sweep_every))
        for work in service.works:
            tasks.create_task(work(app))


async def _prepare(app: FastAPI) -> None:
    """Wait for MongoDB, then indexes and the simulated clock."""
    state, wait = app.state, 0.1
    while True:
        try:
            for collection in state.persistence.outboxes.values():
                await collection.index("outbox.at", sparse=True)
            await state.persistence.database["parked"].index("topic", "key", "partition", "offset")
            await state.store.prepare()
            stood = await kept_clock(state.persistence.database) if state.persistence.clock.simulated else None
            if stood and stood > state.persistence.clock.now():
                state.persistence.clock.advance(stood)
            state.prepared = True
            return
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning("start.database_away", error=type(error).__name__)
        await asyncio.sleep(wait)
        wait = min(wait * 2, state.settings.max_backoff)


async def _sweep_every(sweep: Sweep, store: Store, seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await sweep(store)
        except Exception as error:
            log.warning("sweep.failed", error=type(error).__name__)


def _ended(task: "asyncio.Task[None]") -> None:
    """The background ended by itself: nothing would be heard or told any more, so the process ends and is started again."""
    if task.cancelled():
        return
    error = task.exception()
    log.critical("background.ended", error=type(error).__name__ if error else None, exc_info=error)
    os._exit(1)
