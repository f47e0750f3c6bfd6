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
from faust.contrib.asgi import faust_app_running

from shared.kernel.retry import Outage, stop, until_answered
from shared.messaging.dispatcher import Dispatcher
from shared.messaging.kafka import TRANSIENT
from shared.messaging.wire.records import record_of
from shared.messaging.wire.transport import Transport

log = structlog.get_logger()
STOP_SECONDS = 8.0


class FaustEnded(Exception):
    """Faust stopped by itself: nothing would be handled any more."""


class NotStarted(Exception):
    """Kafka was away before Faust ran: it is tried again. Once it ran, its end is the process's."""


async def consume(
    dispatcher: Dispatcher[Any],
    *,
    ask_brokers: Callable[[], Awaitable[None]],
    new_app: Callable[[], faust.App],
    max_backoff: float,
) -> None:
    """Handle the service's topics until cancelled. Raises FaustEnded, or what ended it, if Faust gave up.

    `ask_brokers` is asked first each time: Faust itself gives up when Kafka is down at start.
    """
    outage = Outage(log, "consumer.kafka")

    async def run() -> None:
        started = False
        try:
            await ask_brokers()
            app = new_app()
            for topic in dispatcher.topics:
                _agent(app, topic, dispatcher)
            async with _running(app):
                started = True
                outage.answered()
                log.info("consumer.started", topics=dispatcher.topics)
                await app.wait_until_stopped()
                raise FaustEnded
        except TRANSIENT as error:
            if started:
                raise
            raise NotStarted from error

    await until_answered(run, on=lambda error: isinstance(error, NotStarted), limit=max_backoff, outage=outage)


def new_faust_app(service: str, instance: str, bootstrap: str, *, session_timeout: int) -> faust.App:
    """Faust as a static member of the service's group: a replica that restarts has its partitions back at once."""
    app = faust.App(
        service,
        broker=f"aiokafka://{bootstrap}",
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
    app.transport = Transport(app.conf.broker_consumer, app)
    return app


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
