"""The dispatcher: one record in, handled, retried, or parked as a dead letter. Every way of reading Kafka goes through it."""

import os
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Generic

import structlog
from prometheus_client import Counter, Gauge

from shared.events import EVENTS, Event
from shared.events.message import ConsumerRecord, Undecodable, read
from shared.kernel.errors import Unavailable
from shared.kernel.retry import Outage, until_answered
from shared.kernel.tracing import continuing
from shared.messaging.handlers import Handler, StoreT
from shared.messaging.parking import Key, Parking
from shared.messaging.replay import Replayed, code_of, replay, resumable
from shared.messaging.spans import handling, trace_of_record
from shared.persistence.failures import is_transient

log = structlog.get_logger()
HANDLED = Counter("etabli_handled", "Messages handled, by type.", ["type"])
WAITING = Gauge("etabli_waiting_for_a_server", "1 while a message waits for a server to come back.")


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
    ) -> None:
        self._store = store
        self._handlers = handlers
        self.parking = parking
        self._tries = tries
        self._max_backoff = max_backoff

    @property
    def topics(self) -> list[str]:
        """The topics whose events this service subscribes to, by name."""
        return sorted({event.topic for event in self._handlers})

    async def handle(self, record: ConsumerRecord) -> None:
        """Take a record in for good: handled, skipped or parked. It returns only then, however long a server is away.

        Nothing is raised but cancellation. If even parking fails on healthy servers the process ends, unacknowledged.
        """
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

    async def replay(self, keys: Iterable[Key] | None = None) -> Replayed:
        """Replay what is parked, of these (topic, key) or all, in order per key; a key stops at its first that fails again."""
        return await replay(self.parking, self._handle, await self.parking.first_of_each_key() if keys is None else keys)

    async def resume(self, now: datetime) -> Replayed:
        """Replay what waits for nothing any more: a discard or a replay was cut short before it came to these."""
        return await self.replay(await resumable(self.parking, now))

    async def _while_servers_answer(self, work: Callable[[], Awaitable[None]], record: ConsumerRecord) -> None:
        """Do this, for ever again while the failure is a server's."""
        outage = Outage(log, "consumer.server", changed=WAITING.set, fields={"coordinates": record.coordinates})
        await until_answered(work, on=_is_a_server_s, limit=self._max_backoff, outage=outage)

    async def _take_in(self, record: ConsumerRecord) -> None:
        if await self.parking.discards.has(record):
            log.info("consumer.passed_over", coordinates=record.coordinates)
        elif not await self.parking.park_if_blocked(record):
            await self._handle(record)

    async def _handle(self, record: ConsumerRecord) -> None:
        message = read(record)
        handler = self._handlers.get(EVENTS[message.type])
        if handler is None:
            return
        with handling(record, message):
            await handler(self._store, message.event(), message)
        HANDLED.labels(message.type).inc()


def _is_a_server_s(error: Exception) -> bool:
    return is_transient(error) or isinstance(error, Unavailable)


def _may_pass(error: Exception) -> bool:
    """Whether another try may end otherwise: bytes that cannot be read stay so."""
    return not isinstance(error, Undecodable)
