"""What a service measures of itself every few seconds, whether or not anybody asks: a scrape then costs no look anywhere."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from prometheus_client import Gauge

from shared.kernel.clock import real_now
from shared.messaging.failures import KAFKA_ERRORS
from shared.messaging.kafka import Brokers
from shared.messaging.lag import AskPositions, behind
from shared.metrics import BUILD, DEGRADED, HELD, LAG, LIMIT, LOST, MEASURED_AT, MONGODB_UP, OLDEST, READY, RELAYS, SIMULATED
from shared.persistence.failures import is_transient
from shared.web.admin import ReadyResponse, readiness
from shared.web.runtime import Runtime

log = structlog.get_logger()
EVERY_SECONDS = 5.0
LAG_EVERY_SECONDS = 15.0
"""Each look is a connection or two, and three requests."""
LAG_WITHIN_SECONDS = 10.0


async def measure(here: Runtime[Any]) -> None:
    """Measure outboxes, readiness and lease until cancelled, at any replica; that MongoDB is away is a measure too."""
    BUILD.info({"version": here.settings.version})
    LIMIT.set(here.settings.outbox_limit)
    SIMULATED.set(here.persistence.clock.simulated)
    while True:
        try:
            await measure_once(here)
        except Exception as error:
            _say(error)
        RELAYS.set(here.relay.active)
        MEASURED_AT.set(time.time())
        await asyncio.sleep(EVERY_SECONDS)


async def measure_once(here: Runtime[Any]) -> None:
    """One look, counted up to the outboxes' limit. Raises Away where MongoDB does not answer, which is shown by then."""
    found = await readiness(here)
    READY.set(isinstance(found, ReadyResponse))
    DEGRADED.set(isinstance(found, ReadyResponse) and found.status == "degraded")
    try:
        await here.persistence.database.command({"ping": 1})
        oldest, held = await here.relay.oldest(), await here.relay.held()
    except Exception:
        MONGODB_UP.set(0)
        raise
    MONGODB_UP.set(1)
    OLDEST.set(max(0.0, (real_now() - oldest).total_seconds()) if oldest else 0)
    show(HELD, held)


async def measure_lag(brokers: Brokers, topics: Sequence[str], ask_positions: AskPositions) -> None:
    """Measure how far the service is behind until cancelled. What is not known is not shown."""
    for topic in topics:
        LOST.labels(topic)  # shown from 0 on, so that the first loss is a rise
    while True:
        try:
            async with asyncio.timeout(LAG_WITHIN_SECONDS):
                show(LAG, await behind(brokers, topics, ask_positions))
        except Exception as error:
            LAG.clear()
            _say(error)
        await asyncio.sleep(LAG_EVERY_SECONDS)


def show(gauge: Gauge, values: Mapping[str, float]) -> None:
    """These and no others."""
    gauge.clear()
    for label, value in values.items():
        gauge.labels(label).set(value)


def _say(error: Exception) -> None:
    """A measure ends no service. Servers that are away say so themselves."""
    if not isinstance(error, KAFKA_ERRORS) and not is_transient(error):
        log.error("measuring.failed", error=type(error).__name__, exc_info=True)
