"""Kafka consumer on Faust, at least once: one message at a time per partition, its offset committed only once it is handled.

Faust acknowledges an event when its agent moves on, raises or is cancelled. So an extra reference is held on each message
and given back only when `handle` has returned: whatever ends the agent early leaves the message unacknowledged.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import faust
import structlog
from faust.auth import Credentials, SASLCredentials, SSLCredentials
from faust.contrib.asgi import faust_app_running

from shared.kernel.retry import Outage, stop, until_answered
from shared.kernel.secrets import PasswordFile
from shared.messaging.dispatcher import Dispatcher
from shared.messaging.failures import KAFKA_ERRORS, is_refused
from shared.messaging.kafka import MECHANISM, Brokers
from shared.messaging.wire.records import record_of
from shared.messaging.wire.transport import Transport

log = structlog.get_logger()
STOP_SECONDS = 8.0
ASKED_AGAIN = 5.0
"""Seconds between two looks at whether we may still read."""


class FaustEnded(Exception):
    """Faust stopped by itself: nothing would be handled any more."""


class NotStarted(Exception):
    """Kafka was away, or refused us, before Faust ran: it is tried again. Once it ran, its end is the process's."""


async def consume(
    dispatcher: Dispatcher[Any],
    *,
    ask_brokers: Callable[[], Awaitable[None]],
    new_app: Callable[[], faust.App],
    max_backoff: float,
    ask_to_read: Callable[[], Awaitable[None]] | None = None,
    outage: Outage | None = None,
) -> None:
    """Handle the service's topics until cancelled. Raises FaustEnded, or what ended it, if Faust gave up.

    `ask_brokers` is asked first each time: Faust itself gives up when Kafka is down at start. So is `ask_to_read`, and again
    every so often: refused, Faust waits for ever and says nothing, so it is stopped, and started when we may read again.
    `outage` tells others that Kafka was away, or refused us.
    """
    outage = outage or new_outage()

    async def run() -> None:
        started = False
        try:
            await ask_brokers()
            await _ensure_allowed(ask_to_read)
            app = new_app()
            for topic in dispatcher.topics:
                _agent(app, topic, dispatcher)
            async with _running(app):
                started = True
                outage.answered()
                log.info("consumer.started", topics=dispatcher.topics)
                await _until_stopped(app, ask_to_read)
                raise FaustEnded
        except KAFKA_ERRORS as error:
            if started and not is_refused(error):
                raise
            outage.failed(error)
            raise NotStarted from error

    await until_answered(run, on=lambda error: isinstance(error, NotStarted), limit=max_backoff)


async def _until_stopped(app: faust.App, ask_to_read: Callable[[], Awaitable[None]] | None) -> None:
    """Return when Faust has stopped by itself. Raises what Kafka refuses us meanwhile."""
    stopping = asyncio.create_task(app.wait_until_stopped())
    try:
        while not (await asyncio.wait([stopping], timeout=ASKED_AGAIN))[0]:
            await _ensure_allowed(ask_to_read)
        await stopping
        await _ensure_allowed(ask_to_read)  # refused in the midst of its work, Faust crashes
    finally:
        stopping.cancel()


async def _ensure_allowed(ask_to_read: Callable[[], Awaitable[None]] | None) -> None:
    """Raises what Kafka refuses. That it is away is no refusal: Faust waits for it."""
    if ask_to_read:
        try:
            await ask_to_read()
        except KAFKA_ERRORS as error:
            if is_refused(error):
                raise


def new_outage() -> Outage:
    """How a consumer's start is said: Kafka is away, or refuses us."""
    return Outage(log, "consumer.kafka", is_refusal=is_refused)


class _App(faust.App):
    def _create_directories(self) -> None:
        """Faust would keep tables there. It has none of us, and the folder it was started in may be closed to it."""


def new_faust_app(service: str, instance: str, brokers: Brokers, *, session_timeout: int) -> faust.App:
    """Faust as a static member of the service's group: a replica that restarts has its partitions back at once."""
    app = _App(
        service,
        broker=f"aiokafka://{brokers.bootstrap}",
        broker_credentials=_credentials(brokers),
        web_enabled=False,
        autodiscover=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        stream_wait_empty=False,
        consumer_auto_offset_reset="earliest",
        # A broker just back answers before it knows its topics: a group that joins then is assigned nothing until it looks again.
        consumer_metadata_max_age_ms=3_000,
        consumer_group_instance_id=f"{service}-{instance}",
        broker_session_timeout=session_timeout,
        broker_commit_interval=0.5,
        producer_acks=-1,
    )
    app.transport = Transport(app, brokers)
    return app


def _credentials(brokers: Brokers) -> Credentials | None:
    """As Faust's own clients are told who we are."""
    if brokers.user and brokers.password_file:
        password: Any = PasswordFile(brokers.password_file)
        return SASLCredentials(username=brokers.user, password=password, ssl_context=brokers.ssl_context(), mechanism=MECHANISM)
    return SSLCredentials(brokers.ssl_context()) if brokers.ca_file else None


@asynccontextmanager
async def _running(app: faust.App) -> AsyncIterator[None]:
    """Faust, started and stopped. Cancelled while it starts it would leave its threads behind: it starts first, then stops."""
    context = faust_app_running(app, stop_timeout=STOP_SECONDS)
    starting = asyncio.create_task(context.__aenter__())
    try:
        await asyncio.shield(starting)
        yield
    finally:
        await asyncio.wait([starting], timeout=STOP_SECONDS)
        if starting.done() and starting.exception() is None:
            await context.__aexit__(None, None, None)
        else:
            with suppress(Exception):  # half started: what can be stopped is
                await stop(starting, grace=1)
                async with asyncio.timeout(STOP_SECONDS):
                    await app.stop()


def _agent(app: faust.App, topic: str, dispatcher: Dispatcher[Any]) -> None:
    channel = app.topic(topic, value_type=bytes, key_type=bytes, value_serializer="raw", key_serializer="raw")

    async def consume_topic(stream: Any) -> None:
        async for event in stream.events():
            message = event.message
            message.incref()
            await dispatcher.handle(record_of(message))
            message.decref()

    app.agent(channel, name=f"{app.conf.id}.{topic}", concurrency=1)(consume_topic)
