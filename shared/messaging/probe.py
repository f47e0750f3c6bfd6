"""Health probe of Kafka, asked all the time: what nobody sends to is missed by nobody."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from shared.kernel.retry import Outage
from shared.messaging.failures import KAFKA_ERRORS, is_refused
from shared.metrics import KAFKA_UP

log = structlog.get_logger()
EVERY_SECONDS = 2.0
"""With the two seconds that an answer may take, an outage is seen within four."""

PERMISSION_SECONDS = 5.0


class KafkaProbe:
    """One per process. `ask` returns when Kafka answers, and raises what aiokafka raises when it does not, or refuses."""

    def __init__(self, ask: Callable[[], Awaitable[None]]) -> None:
        self._ask = ask
        self._outage = Outage(log, "probe.kafka", is_refusal=is_refused)

    @property
    def kafka_is_away(self) -> bool:
        """Whether the latest request for metadata had no answer."""
        return self._outage.away

    @property
    def kafka_refuses(self) -> bool:
        """Whether Kafka answered the latest request for metadata, and said no."""
        return self._outage.refused

    async def run(self) -> None:
        """Ask until cancelled."""
        while True:
            try:
                await self._ask()
            except KAFKA_ERRORS as error:
                self._outage.failed(error)
            else:
                self._outage.answered()
            KAFKA_UP.set(not (self._outage.away or self._outage.refused))
            await asyncio.sleep(EVERY_SECONDS)


async def watch_permission(ask_to_read: Callable[[], Awaitable[None]], outage: Outage) -> None:
    """Ask, until cancelled, whether we may read, for a reader that is silent where it may not."""
    while True:
        try:
            await ask_to_read()
        except KAFKA_ERRORS as error:
            if is_refused(error):
                outage.failed(error)
        else:
            if outage.refused:
                outage.answered()
        await asyncio.sleep(PERMISSION_SECONDS)
