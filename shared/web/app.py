"""The application factory: HTTP, relay, consumer, periodic jobs and health of one service, in one process."""

import asyncio
import gc
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Generic, NoReturn, TypeVar

import uvicorn
from fastapi import APIRouter, FastAPI

from shared import logs, traces
from shared.events import TOPICS, Event
from shared.kernel.clock import Clock
from shared.kernel.retry import Outage
from shared.messaging.consumer import consume, new_faust_app, new_outage
from shared.messaging.dispatcher import Dispatcher
from shared.messaging.following import TenantTopics
from shared.messaging.handlers import Handler
from shared.messaging.kafka import ask_brokers, ask_to_read, brokers_of, producer, producer_one_by_one
from shared.messaging.lag import AskPositions, acknowledged
from shared.messaging.migrations import steps_of_parked
from shared.messaging.parked import Parked, parked_beside
from shared.messaging.parking import Parking
from shared.messaging.probe import KafkaProbe, watch_permission
from shared.messaging.relay import Relay
from shared.messaging.tenants import keep_topics
from shared.messaging.topics import Topic
from shared.persistence.migrations import Migrations, Step
from shared.persistence.mongo import connect
from shared.persistence.transaction import Persistence
from shared.settings import Settings, from_environment, stop_before_start
from shared.web import parked
from shared.web.admin import admin, health
from shared.web.background import Work, at_work, make_ready, sweep_every
from shared.web.forwarded import Forwarded
from shared.web.measuring import measure, measure_lag
from shared.web.middleware import RequestGuard
from shared.web.openapi import describe
from shared.web.problems import answer_errors
from shared.web.proxies import Proxies
from shared.web.rates import Rate, Streams
from shared.web.runtime import Runtime, StoreT, Sweep
from shared.web.serving import listening
from shared.web.signin.desk import desk_of, wrong_claims
from shared.web.tokens import verifier
from shared.webhooks.resolving import resolve
from shared.webhooks.sending import Sender

SettingsT = TypeVar("SettingsT", bound=Settings)
COLLECTED_AFTER = (20_000, 20, 50)
"""Objects: Python's own 700 has every request pay for looks at all that a batch holds."""


@dataclass(frozen=True)
class Service(Generic[StoreT]):
    """What makes one service different from another."""

    name: str
    settings: Settings
    store: Callable[[Persistence], StoreT]
    routers: Sequence[APIRouter] = ()
    handlers: Mapping[type[Event], Handler[StoreT, Any]] = field(default_factory=dict)
    parked: Callable[[StoreT], Parked] | None = None
    """Where the service reads Kafka itself: what it could not take, and how that is replayed."""
    reading: Callable[[StoreT], Outage] | None = None
    """Where the service reads Kafka itself: whether that is away, or refused."""
    positions: Callable[[StoreT], AskPositions] | None = None
    """Where the service reads Kafka itself: how to learn how far it is."""
    sweep: Sweep[StoreT] | None = None
    tenant_topics: Callable[[StoreT], Awaitable[Sequence[Topic]]] | None = None
    """The topics of the partners that this service knows of: it makes them as they appear."""
    migrations: Callable[[StoreT], Sequence[Step]] | None = None
    """What a version before kept otherwise, step by step."""
    works: Sequence[Callable[[Runtime[StoreT]], Coroutine[Any, Any, None]]] = ()
    """The service's own background work, run until the process stops."""

    @property
    def every_router(self) -> Sequence[APIRouter]:
        """Its own, and those that each service has."""
        return (health, admin, parked.router, *self.routers)


def build(service: Service[StoreT]) -> FastAPI:
    """The service as an ASGI application. Connects to nothing until its lifespan starts."""
    lifespan = _lifespan(service)
    title = f"Établi : {service.name}"
    # its document is a route of ours, which refuses what it does not know; FastAPI's pages of it would load a CDN
    app = FastAPI(title=title, lifespan=lifespan, openapi_url=None, redirect_slashes=False, telemetry=traces.of_requests())
    app.add_middleware(RequestGuard, outer=app, settings=service.settings)
    app.add_middleware(Forwarded, trusted=Proxies(service.settings.trusted_proxies))
    answer_errors(app)
    describe(app, service.name)
    for router in service.every_router:
        app.include_router(router)
    return app


def serve(make: Callable[[SettingsT], Service[StoreT]], settings: type[SettingsT]) -> None:
    """Run the service on the settings of its environment until SIGTERM or SIGINT. Exits 2 where they lack."""
    read = from_environment(settings)
    if wrong := wrong_claims(read):
        stop_before_start(wrong)
    service = make(read)
    logs.set_up(service.name, service.settings.log_level)
    traces.set_up(service.name, service.settings.instance)
    asyncio.run(_serve(service))


async def prepare(service: Service[StoreT]) -> None:
    """What a service does first whenever it starts, done before and alone: its database made ready for it."""
    runtime = _runtime(service)
    try:
        await make_ready(runtime)
    finally:
        await runtime.persistence.database.close()


async def _serve(service: Service[StoreT]) -> NoReturn:
    gc.freeze()  # what is there by now stays: no collection need look at it
    gc.set_threshold(*COLLECTED_AFTER)
    server = uvicorn.Server(listening(build(service), service.settings))
    await server.serve()
    traces.end()
    sys.stderr.flush()
    # What Faust or a driver still asks of a server that does not answer holds the process no longer.
    os._exit(0 if server.started else 1)


def _lifespan(service: Service[StoreT]) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        runtime = app.state.runtime = _runtime(service)
        try:
            async with at_work(runtime, _works(service, runtime)):
                yield
        finally:
            await runtime.tenant_topics.close()
            await runtime.persistence.database.close()

    return lifespan


def _runtime(service: Service[StoreT]) -> Runtime[StoreT]:
    settings, brokers = service.settings, brokers_of(service.settings)
    clock = Clock(datetime.fromisoformat(settings.simulated_start) if settings.simulated else None)
    database = connect(settings.mongodb, f"etabli_{service.name}", login=settings.mongodb_login, driver=settings.mongo_driver)
    persistence = Persistence(database, service.name, clock, secrets=settings.secrets)
    store, parking = service.store(persistence), Parking(persistence)
    dispatcher = Dispatcher(
        store, service.handlers, parking, tries=settings.park_after, max_backoff=settings.max_backoff, clock=clock
    )
    return Runtime(
        settings=settings,
        persistence=persistence,
        store=store,
        verifier=verifier(settings.jwks_file, settings.revoked_file),
        desk=desk_of(settings, persistence),
        secret=persistence.secret,
        rate=Rate(settings.rate_per_organisation),
        items=Rate(settings.items_per_organisation),
        streams=Streams(settings.streams, settings.streams_per_organisation),
        tenant_streams=Streams(settings.streams, settings.streams_per_tenant),
        tenant_topics=TenantTopics(brokers, max_backoff=settings.max_backoff),
        sender=Sender(resolve, here=settings.webhooks_to_loopback, ca_file=settings.webhooks_ca_file),
        parking=parking,
        dispatcher=dispatcher,
        parked=service.parked(store) if service.parked else parked_beside(dispatcher),
        relay=Relay(
            persistence,
            producer=partial(producer, brokers),
            holder=f"{service.name}-{settings.instance}",
            max_backoff=settings.max_backoff,
            one_by_one=partial(producer_one_by_one, brokers),
            ask_brokers=partial(ask_brokers, brokers),
        ),
        probe=KafkaProbe(partial(ask_brokers, brokers)),
        reading=service.reading(store) if service.reading else new_outage(),
        sweep=service.sweep,
        migrations=Migrations(database, _steps(service, persistence, store), holder=f"{service.name}-{settings.instance}"),
    )


def _steps(service: Service[StoreT], persistence: Persistence, store: StoreT) -> Sequence[Step]:
    """What a version before parked otherwise, then what it kept otherwise."""
    return [*steps_of_parked(persistence), *(service.migrations(store) if service.migrations else ())]


def _works(service: Service[StoreT], runtime: Runtime[StoreT]) -> dict[str, Work]:
    """What runs behind the requests, by name."""
    settings, brokers = service.settings, brokers_of(service.settings)
    works: dict[str, Work] = {"relay": runtime.relay.run, "parked": runtime.parked.run, "measuring": partial(measure, runtime)}
    if service.handlers:
        name, instance = service.name, settings.instance
        works["consumer"] = partial(
            consume,
            runtime.dispatcher,
            ask_brokers=partial(ask_brokers, brokers),
            new_app=partial(new_faust_app, name, instance, brokers, session_timeout=settings.session_timeout),
            max_backoff=settings.max_backoff,
            ask_to_read=partial(ask_to_read, brokers, name, runtime.dispatcher.topics),
            outage=runtime.reading,
        )
        works["lag"] = partial(measure_lag, brokers, runtime.dispatcher.topics, partial(acknowledged, brokers, name))
    if service.positions:
        works["lag"] = partial(measure_lag, brokers, TOPICS, service.positions(runtime.store))
    if service.reading:
        asking = partial(ask_to_read, brokers, service.name, TOPICS)
        works["permission"] = partial(watch_permission, asking, runtime.reading)
    if service.tenant_topics:
        works["tenants"] = partial(keep_topics, brokers, partial(service.tenant_topics, runtime.store))
    if service.sweep:
        works["sweep"] = partial(sweep_every, settings.sweep_every, service.sweep, runtime.store)
    return works | {f"work {rank}": partial(work, runtime) for rank, work in enumerate(service.works)}
