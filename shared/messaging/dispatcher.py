"""One message in: heard, tried again, or parked. What every way of reading Kafka goes through."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import structlog
from prometheus_client import Counter, Gauge

from shared.events import EVENTS, Event
from shared.events.message import ConsumerRecord, Message, Undecodable, read
from shared.kernel.errors import Problem, Unavailable
from shared.kernel.tracing import traceparent
from shared.messaging.parking import Parking
from shared.persistence.failures import is_transient

log = structlog.get_logger()
HANDLED = Counter("etabli_handled", "Messages heard, by type.", ["type"])
WAITING = Gauge("etabli_waiting_for_a_server", "1 while a message waits for a server to come back.")

E = TypeVar("E", bound=Event)
Handler = Callable[[Any, Any, Message], Awaitable[None]]
"""A handler: (the service's store, the event, its message). It may hear the same message twice."""


class Dispatcher:
    """A service's ears: its handlers by event, its parking, its timeout."""

    def __init__(
        self, store: Any, handlers: Mapping[type[Event], Handler], parking: Parking, *, tries: int = 4, max_backoff: float = 5.0
    ) -> None:
        self._store = store
        self._handlers = handlers
        self._parking = parking
        self._tries = tries
        self._max_backoff = max_backoff

    @property
    def topics(self) -> list[str]:
        """The topics whose events this service hears, by name."""
        return sorted({event.topic for event in self._handlers})

    async def handle(self, record: ConsumerRecord) -> None:
        """Take a record in for good: handled, skipped or parked. It returns only then, however long a server is away.

        Nothing is raised but cancellation. If even parking fails on healthy servers the process ends, unacknowledged.
        """
        failures, wait = 0, 0.05
        code = ""
        while True:
            try:
                if code:
                    await self._parking.park(record, code)
                elif not await self._parking.park_if_blocked(record):
                    await self._handle(record)
                WAITING.set(0)
                return
            except Exception as error:
                if is_transient(error) or isinstance(error, Unavailable):
                    WAITING.set(1)
                    log.warning("stream.server_away", coordinates=record.coordinates, error=type(error).__name__)
                elif code:
                    log.critical("stream.cannot_park", coordinates=record.coordinates, error=type(error).__name__)
                    os._exit(70)
                else:
                    failures += 1
                    if failures >= self._tries or isinstance(error, Undecodable):
                        code = code_of(error)
                        continue
            await asyncio.sleep(wait)
            wait = min(wait * 2, self._max_backoff)

    async def replay(self) -> tuple[int, int]:
        """Replay what is parked, in order per key; a key stops at its first message that fails again. (replayed, left)."""
        replayed = 0
        for topic, key in await self._parking.first_of_each_key():
            while record := await self._parking.oldest(topic, key):
                try:
                    await self._handle(record)
                except Exception as error:
                    log.warning("unpark.failed_again", coordinates=record.coordinates, code=code_of(error))
                    break
                await self._parking.release(record)
                replayed += 1
        return replayed, await self._parking.left()

    async def _handle(self, record: ConsumerRecord) -> None:
        message = read(record.headers, record.key, record.value)
        known = EVENTS.get(message.type)
        if known is None:
            raise Undecodable("unknown_type")
        handler = self._handlers.get(known)
        if handler is None:
            return
        token = traceparent.set(message.trace)
        try:
            await handler(self._store, message.event(), message)
        finally:
            traceparent.reset(token)
        HANDLED.labels(message.type).inc()


def code_of(error: Exception) -> str:
    """Why, in a word that says nothing of the data."""
    if isinstance(error, Undecodable | Problem):
        return error.code
    return f"bug_{type(error).__name__}"
