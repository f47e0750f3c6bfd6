"""Kafka to handlers, by Faust, one message at a time per partition and nothing acknowledged before it is taken in.

Faust acknowledges an event when its agent moves on, raises or is cancelled. So an extra reference is held on each message
and given back only when `hear` has returned: whatever ends the agent early leaves the message unacknowledged.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import faust
import structlog
from aiokafka import AIOKafkaClient
from faust.contrib.asgi import faust_app_running

from shared.events.message import ConsumerRecord
from shared.messaging.dispatcher import Dispatcher
from shared.messaging.kafka import TRANSIENT

log = structlog.get_logger()


class FaustEnded(Exception):
    """Faust stopped by itself: nothing would be heard any more."""


async def consume(
    dispatcher: Dispatcher, *, service: str, slot: str, bootstrap: str, session_timeout: int, max_backoff: float
) -> None:
    """Hear the service's topics until cancelled. Raises FaustEnded, or what ended it, if Faust gave up."""
    while True:
        await _broker_answers(bootstrap, max_backoff)
        app = _faust(service, slot, bootstrap, session_timeout)
        for topic in dispatcher.topics:
            _agent(app, topic, dispatcher)
        started = False
        try:
            async with _running(app):
                started = True
                log.info("stream.listening", topics=dispatcher.topics)
                await app.wait_until_stopped()
                raise FaustEnded
        except TRANSIENT as error:
            stopping = asyncio.current_task().cancelling()  # type: ignore[union-attr]
            if started or stopping:
                raise
            log.warning("stream.broker_away", error=type(error).__name__)  # gone again between its answer and our start
            await asyncio.sleep(1)


def _faust(service: str, slot: str, bootstrap: str, session_timeout: int) -> faust.App:
    return faust.App(
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
        consumer_group_instance_id=f"{service}-{slot}",
        broker_session_timeout=session_timeout,
        broker_commit_interval=0.5,
        producer_acks=-1,
    )


@asynccontextmanager
async def _running(app: faust.App) -> AsyncIterator[None]:
    """Faust, started and stopped. Cancelled while it starts it would leave its threads behind: it starts first, then stops."""
    context = faust_app_running(app, stop_timeout=8)
    starting = asyncio.create_task(context.__aenter__())
    try:
        await asyncio.shield(starting)
        yield
    finally:
        await asyncio.wait([starting])
        if starting.exception() is None:
            await context.__aexit__(None, None, None)
        else:
            with suppress(Exception):  # half started: what can be stopped is
                await asyncio.wait_for(app.stop(), 8)


def _agent(app: faust.App, topic: str, dispatcher: Dispatcher) -> None:
    channel = app.topic(topic, value_type=bytes, key_type=bytes, value_serializer="raw", key_serializer="raw")

    async def hear(stream: Any) -> None:
        async for event in stream.events():
            message = event.message
            message.incref()
            await dispatcher.handle(record_of(message))
            message.decref()

    app.agent(channel, name=f"{app.conf.id}.{topic}", concurrency=1)(hear)


def record_of(message: Any) -> ConsumerRecord:
    """A Faust message as a record."""
    headers = message.headers.items() if isinstance(message.headers, dict) else message.headers or ()
    return ConsumerRecord(message.topic, message.partition, message.offset, message.key, message.value, dict(headers))


async def _broker_answers(bootstrap: str, max_backoff: float) -> None:
    """Wait for the broker: Faust itself gives up when it is down at start."""
    wait = 0.2
    while True:
        client = AIOKafkaClient(bootstrap_servers=bootstrap)
        try:
            await client.bootstrap()
            return
        except TRANSIENT:
            log.warning("stream.broker_away")
        finally:
            await client.close()
        await asyncio.sleep(wait)
        wait = min(wait * 2, max_backoff)
