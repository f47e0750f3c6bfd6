"""The topics of the partners, made as these appear: whatever restarts or is restored, those that are missing are made again."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

import structlog

from shared.kernel.retry import Outage
from shared.messaging.failures import KAFKA_ERRORS, is_refused
from shared.messaging.kafka import Brokers, make_missing
from shared.messaging.topics import Topic
from shared.persistence.failures import is_transient

log = structlog.get_logger()
LOOK_EVERY = 1.0
"""Seconds between two looks at who the partners are."""
LOOK_AGAIN = 30.0
"""Seconds after which Kafka is asked again for what it had: somebody may have deleted it."""
Wanted = Callable[[], Awaitable[Sequence[Topic]]]


async def keep_topics(brokers: Brokers, wanted: Wanted) -> None:
    """Make each topic that is wanted and missing, until cancelled. A server that is away, or refuses, is said, and tried again.

    What is told on a topic that is not there yet is held by the relay, document by document, and goes on once it is.
    """
    outage = Outage(log, "tenants.kafka", is_refusal=is_refused)
    there: set[str] = set()
    asked = time.monotonic()
    while True:
        try:
            if time.monotonic() - asked > LOOK_AGAIN:
                there, asked = set(), time.monotonic()
            if missing := [topic for topic in await wanted() if topic.name not in there]:
                await make_missing(brokers, missing)
                there |= {topic.name for topic in missing}
                outage.answered()
        except KAFKA_ERRORS as error:
            outage.failed(error)
        except Exception as error:
            if not is_transient(error):
                log.error("tenants.failed", error=type(error).__name__, exc_info=True)
        await asyncio.sleep(LOOK_EVERY)
