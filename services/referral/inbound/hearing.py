"""The work that hears agencies' topics, in every replica: a consumer group shares them out."""

import asyncio
import re
import time
from contextlib import suppress
from functools import partial

import structlog

from services import INBOUND_GROUP
from services.referral.inbound.taking import EVERY, agency_of, take
from services.referral.store import Store
from shared.kernel.retry import Outage, stop, until_answered
from shared.messaging.failures import KAFKA_ERRORS, is_a_server_s, is_refused
from shared.messaging.kafka import ask_to_read, brokers_of
from shared.messaging.probe import watch_permission
from shared.messaging.topics import INBOUND
from shared.messaging.turns import Turns, new_client
from shared.metrics import INBOUND_LAG, LOST
from shared.persistence.failures import is_transient
from shared.web.runtime import Runtime

log = structlog.get_logger()
TOPICS = re.compile(re.escape(INBOUND) + r"[a-z0-9]+(-[a-z0-9]+)*$")
ASKED_AGAIN = 2.0
"""Seconds between two looks at who is registered."""
MEASURED_AGAIN, STOP_SECONDS = 5.0, 2.0


class Registered:
    """Which agencies are registered, who never cease to be. Of whoever is not, nothing is heard yet, nor lost."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: set[str] = set()
        self._waiting: set[str] = set()
        self._asked = 0.0

    async def is_open(self, topic: str) -> bool:
        """Whether a topic is a registered agency's, as far as was known two seconds ago."""
        agency = agency_of(topic)
        if agency not in self._known and time.monotonic() - self._asked > ASKED_AGAIN:
            self._known = set(await until_answered(self._store.agency_ids, on=is_transient, limit=ASKED_AGAIN))
            self._asked = time.monotonic()
        if agency not in self._known and agency not in self._waiting:
            self._waiting.add(agency)
            log.warning("inbound.unregistered", topic=topic)
        return agency in self._known


async def hear(here: Runtime[Store]) -> None:
    """Hear agencies' topics until cancelled, however long Kafka is away or refuses us, which readiness then says."""
    brokers, outage = brokers_of(here.settings), Outage(log, "inbound.kafka", is_refusal=is_refused)
    here.groups[INBOUND_GROUP] = outage
    LOST.labels(EVERY)  # shown from 0 on, so that the first loss is a rise
    permission = asyncio.create_task(watch_permission(partial(ask_to_read, brokers, INBOUND_GROUP, ()), outage))
    try:
        hearing = partial(_hear, here, outage)
        await until_answered(hearing, on=_is_kafka_s, limit=here.settings.max_backoff, outage=outage)
    finally:
        await stop(permission, grace=1)


async def _hear(here: Runtime[Store], outage: Outage) -> None:
    """For as long as one client serves."""
    settings = here.settings
    client = new_client(brokers_of(settings), INBOUND_GROUP)
    taking = partial(take, here.store, limit=settings.body_limit, max_backoff=settings.max_backoff)
    turns = Turns(client, taking, Registered(here.store).is_open)
    measuring = asyncio.create_task(_measure(turns))
    try:
        await client.start()
        outage.answered()
        await turns.run(TOPICS)
    finally:
        await stop(measuring, grace=1)
        with suppress(*KAFKA_ERRORS, TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await client.stop()


def _is_kafka_s(error: Exception) -> bool:
    return isinstance(error, KAFKA_ERRORS) and is_a_server_s(error)


async def _measure(turns: Turns) -> None:
    while True:
        await asyncio.sleep(MEASURED_AGAIN)
        INBOUND_LAG.set(turns.lag())
