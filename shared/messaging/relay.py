"""The relay of the transactional outbox: at least once, in order per document, removed only when the broker has acknowledged.

Two works side by side. One publishes what waits, in batches. What fails there while Kafka answers is held, document by
document, and the other tries it again, each message in a batch of its own: who is refused holds nobody up.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import datetime

import structlog

from shared.kernel.retry import Outage, anything, stop, until_answered
from shared.messaging.failures import KAFKA_ERRORS, is_a_server_s, is_away, is_refused
from shared.messaging.outbox import Outbox, Sending
from shared.messaging.refusals import Refusals, is_of_one_topic
from shared.messaging.sending import Producer, send_all
from shared.metrics import PENDING, PUBLISHED
from shared.persistence.failures import is_denied, is_transient
from shared.persistence.lease import Lease
from shared.persistence.transaction import Persistence

log = structlog.get_logger()
PAGE = 500
PAGE_APART = 100
"""Documents of one topic that are tried again at once: however many it refuses, they cost little."""
POLL_SECONDS = 0.5
STOP_SECONDS = 5.0


class Relay:
    """Publishes the outboxes of a service's documents. One is active per service, by a lease; others wait."""

    def __init__(
        self,
        persistence: Persistence,
        *,
        producer: Callable[[], Producer],
        holder: str,
        max_backoff: float,
        one_by_one: Callable[[], Producer] | None = None,
        ask_brokers: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """`one_by_one` makes the producer of what was refused: a message refused there takes no other with it.

        `ask_brokers` returns when Kafka answers, so that what it does not acknowledge is known from its being away; without
        it, Kafka answers where it has acknowledged something of the same page.
        """
        self._persistence = persistence
        self._producer = producer
        self._one_by_one = one_by_one or producer
        self._ask_brokers = ask_brokers
        self._lease = Lease(persistence.database, "relay", holder)
        self._max_backoff = max_backoff
        self._kafka = Outage(log, "relay.kafka", is_refusal=is_refused)
        self._database = Outage(log, "relay.database", is_refusal=is_denied)
        self._refusals = Refusals()
        self._leads = False
        self._held = asyncio.Event()
        """Set where a document may be held."""

    @property
    def kafka_is_away(self) -> bool:
        """Whether the latest try to publish failed for want of Kafka."""
        return self._kafka.away

    @property
    def kafka_refuses(self) -> bool:
        """Whether Kafka refuses this producer as such, whatever its topic."""
        return self._kafka.refused

    @property
    def active(self) -> bool:
        """Whether this replica publishes: it has the lease, and has lately kept it."""
        return self._leads and self._lease.held

    async def prepare(self) -> None:
        """Index what is pending: documents with an empty outbox are not in it."""
        for outbox in self._outboxes():
            await outbox.prepare()

    async def run(self) -> None:
        """Relay until cancelled. Whatever fails is tried again, from the oldest, with a new producer."""
        works = (self._publish, self._publish_apart)
        tasks = [asyncio.create_task(until_answered(work, on=anything, limit=self._max_backoff)) for work in works]
        try:
            await asyncio.gather(*tasks)  # cancelled again, it cancels them again: a library may have swallowed the first time
        finally:
            await stop(*tasks, grace=STOP_SECONDS)

    async def pending(self, limit: int, *, held: bool = True) -> int:
        """How many documents have something to publish, those that Kafka refuses among them or not, counted up to `limit` + 1."""
        counts = [await outbox.count(limit + 1, held=held) for outbox in self._outboxes()]
        if held:
            PENDING.set(sum(counts))
        return sum(counts)

    async def oldest(self) -> datetime | None:
        """Since when the oldest event waits; None where none does."""
        since = [at for outbox in self._outboxes() if (at := await outbox.oldest())]
        return min(since, default=None)

    async def held(self) -> Mapping[str, int]:
        """How many documents each topic holds, whichever replica relays."""
        counts = Counter[str]()
        for outbox in self._outboxes():
            for topic in await outbox.topics():
                counts[topic] += await outbox.count_held(topic)
        return counts

    async def refusing(self) -> list[str]:
        """The topics that Kafka refuses to take from a document of this service, whichever replica relays."""
        return sorted({topic for outbox in self._outboxes() for topic in await outbox.topics()})

    def _outboxes(self) -> list[Outbox]:
        history = self._persistence.database["history"]
        return [Outbox(collection, history) for collection in self._persistence.outboxes.values()]

    async def _publish(self) -> None:
        """Publish what nothing holds, until something fails, which is raised."""
        try:
            while True:
                async with _started(self._producer()) as producer:
                    while await self._pass(producer):
                        pass
        except Exception as error:
            self._say(error)
            raise

    async def _pass(self, producer: Producer) -> bool:
        """Publish one page of each collection, or wait for something. False when another producer is needed."""
        self._persistence.outbox_changed.clear()
        await self._ensure_leading()
        busy, sound = False, True
        for outbox in self._outboxes() if self._leads else ():
            if page := await outbox.waiting(PAGE):
                busy = True
                sound = await self._send(producer, outbox, page) and sound
        self._kafka.answered()
        self._database.answered()
        if sound and not busy:
            await self._changed()
        return sound

    async def _ensure_leading(self) -> None:
        led, self._leads = self._leads, await self._lease.hold()
        if self._leads and not led:
            self._held.set()

    async def _changed(self) -> None:
        """Return once an outbox may have changed: at the next save here, or the next look for those of other processes."""
        with contextlib.suppress(TimeoutError):  # wait_for would swallow a stop that comes right after a save
            async with asyncio.timeout(POLL_SECONDS):
                await self._persistence.outbox_changed.wait()

    async def _publish_apart(self) -> None:
        """Try again what is held, while something is and this replica relays. That a server is away, the other work says."""
        try:
            while True:
                self._held.clear()
                while self._leads and await self.refusing():
                    async with _started(self._one_by_one()) as producer:
                        while await self._pass_apart(producer):
                            pass
                await self._held.wait()
        except Exception as error:
            self._held.set()
            if not is_a_server_s(error) and not is_transient(error):
                log.error("relay.failed", error=type(error).__name__, exc_info=True)
            raise

    async def _pass_apart(self, producer: Producer) -> bool:
        """Try a page of each topic that holds something. False when nothing does, or when another producer is needed."""
        counts, moved, sound = dict[str, int](), False, True
        for outbox in self._outboxes():
            for topic in await outbox.topics():
                page = await outbox.held(topic, PAGE_APART)
                sound = await self._send(producer, outbox, page) and sound
                moved = moved or any(one.sent for one in page)
                counts[topic] = counts.get(topic, 0) + await outbox.count_held(topic)
        self._refusals.are({topic: count for topic, count in counts.items() if count})
        if not moved:
            await asyncio.sleep(POLL_SECONDS)
        return self._leads and sound and any(counts.values())

    async def _send(self, producer: Producer, outbox: Outbox, page: Sequence[Sending]) -> bool:
        """Send a page, take what was acknowledged out of its outboxes, hold the others. False if the producer is spent.

        Where Kafka is away, that is raised, and nothing held for it.
        """
        tried = [one for one in page if one.held_for is not None or not self._refusals.closed(one.topic)]
        sound = await send_all(producer, tried)
        away = await self._of_kafka_as_a_whole(tried)
        held = [one for one in page if one.error not in away and one.sent < len(one.entries)]
        for topic, count in (await outbox.settle(page, held, longest=self._max_backoff)).items():
            PUBLISHED.labels(topic).inc(count)
        self._refusals.learn([one for one in tried if one.error not in away])
        if held:
            self._held.set()
        for error in away:
            raise error
        return sound

    async def _of_kafka_as_a_whole(self, tried: Sequence[Sending]) -> list[Exception]:
        """The failures that are Kafka's being away, and no topic's."""
        errors = [one.error for one in tried if one.error and is_away(one.error) and not is_of_one_topic(one.error)]
        return [] if not errors or await self._kafka_answers(tried) else errors

    async def _kafka_answers(self, tried: Sequence[Sending]) -> bool:
        if self._ask_brokers is None:
            return any(one.sent for one in tried)
        try:
            await self._ask_brokers()
        except KAFKA_ERRORS:
            return False
        return True

    def _say(self, error: Exception) -> None:
        if is_a_server_s(error):
            self._kafka.failed(error)
        elif is_transient(error):
            self._database.failed(error)
        else:
            log.error("relay.failed", error=type(error).__name__, exc_info=True)


@contextlib.asynccontextmanager
async def _started(producer: Producer) -> AsyncIterator[Producer]:
    try:
        await producer.start()
        yield producer
    finally:
        with contextlib.suppress(*KAFKA_ERRORS):
            async with asyncio.timeout(STOP_SECONDS):
                await producer.stop()
