"""The dispatcher: one record in, handled, retried, or parked as a dead letter. Every way of reading Kafka goes through it."""

import os
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Generic

import structlog

from shared.events import EVENTS, Event
from shared.events.message import ConsumerRecord, Undecodable, read
from shared.kernel.clock import Clock
from shared.kernel.errors import Unavailable
from shared.kernel.retry import Outage, until_answered
from shared.kernel.tracing import continuing
from shared.messaging.handlers import Handler, StoreT
from shared.messaging.parking import Key, Parking
from shared.messaging.replay import Replayed, code_of, replay, resumable
from shared.messaging.spans import handling, trace_of_record
from shared.metrics import HANDLED, HANDLING_SECONDS, MESSAGE_DELAY, WAITING, observe_delay
from shared.persistence.failures import is_transient

log = structlog.get_logger()


class Dispatcher(Generic[StoreT]):
    """A service's handlers by event, its parking, and how long it tries."""

    def __init__(
        self,
        store: StoreT,
        handlers: Mapping[type[Event], Handler[StoreT, Any]],
        parking: Parking,
        *,
        tries: int = 4,
        max_backoff: float = 5.0,
        clock: Clock | None = None,
    ) -> None:
        """`clock` is the service's: how late a message is handled is measured where it is the real one."""
        self._store = store
        self._handlers = handlers
        self.parking = parking
        self._tries = tries
        self._max_backoff = max_backoff
        self._clock = clock

    @property
    def topics(self) -> list[str]:
        """The topics whose events this service subscribes to, by name."""
        return sorted({event.topic for event in self._handlers})

    async def handle(self, record: ConsumerRecord) -> None:
        """Take a record in for good: handled, skipped or parked. It returns only then, however long a server is away.

        Nothing is raised but cancellation. If even parking fails on healthy servers the process ends, unacknowledged.
        """
        if self._is_no_concern(record):
            HANDLED.labels(record.topic, "skipped").inc()
            return
        with continuing(trace_of_record(record)):
            await self._handle_or_park(record)

    async def _handle_or_park(self, record: ConsumerRecord) -> None:
        taking_in = partial(self._while_servers_answer, partial(self._take_in, record), record)
        try:
            await until_answered(taking_in, on=_may_pass, limit=self._max_backoff, tries=self._tries)
        except Exception as error:
            parking = partial(self.parking.park, record, code_of(error))
            try:
                await self._while_servers_answer(parking, record)
            except Exception as failure:
                log.critical("consumer.cannot_park", coordinates=record.coordinates, error=type(failure).__name__)
                os._exit(70)
            HANDLED.labels(record.topic, "parked").inc()

    async def replay(self, keys: Iterable[Key] | None = None) -> Replayed:
        """Replay what is parked, of these (topic, key) or all, in order per key; a key stops at its first that fails again."""
        return await replay(self.parking, self._handle, await self.parking.first_of_each_key() if keys is None else keys)

    async def resume(self, now: datetime, unreadable: set[str]) -> Replayed:
        """Replay what waits for nothing any more. See `resumable`."""
        return await self.replay(await resumable(self.parking, now, unreadable))

    async def _while_servers_answer(self, work: Callable[[], Awaitable[None]], record: ConsumerRecord) -> None:
        """Do this, for ever again while the failure is a server's."""
        outage = Outage(log, "consumer.server", changed=WAITING.set, fields={"coordinates": record.coordinates})
        await until_answered(work, on=_is_a_server_s, limit=self._max_backoff, outage=outage)

    async def _take_in(self, record: ConsumerRecord) -> None:
        if await self.parking.discards.has(record):
            log.info("consumer.passed_over", coordinates=record.coordinates)
            HANDLED.labels(record.topic, "discarded").inc()
        elif await self.parking.park_if_blocked(record):
            HANDLED.labels(record.topic, "behind").inc()
        else:
            await self._handle(record)

    def _is_no_concern(self, record: ConsumerRecord) -> bool:
        """Whether it can be read, and nobody here needs it: then nothing parked before it, nor a discard, changes anything."""
        try:
            return EVENTS[read(record).type] not in self._handlers
        except Undecodable:
            return False

    async def _handle(self, record: ConsumerRecord) -> None:
        message = read(record)
        handler = self._handlers.get(EVENTS[message.type])
        if handler is None:
            HANDLED.labels(record.topic, "skipped").inc()
            return
        started = time.monotonic()
        with handling(record, message):
            await handler(self._store, message.event(), message)
        HANDLING_SECONDS.labels(record.topic).observe(time.monotonic() - started)
        HANDLED.labels(record.topic, "handled").inc()
        observe_delay(MESSAGE_DELAY, message.time, self._clock)


def _is_a_server_s(error: Exception) -> bool:
    return is_transient(error) or isinstance(error, Unavailable)


def _may_pass(error: Exception) -> bool:
    """Whether another try may end otherwise: bytes that cannot be read stay so."""
    return not isinstance(error, Undecodable)
