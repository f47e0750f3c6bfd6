"""One tenant's topic, read whole by one client: what is told twice in it is known, and what came last is kept."""

import asyncio
from collections import deque
from collections.abc import Sequence

import structlog

from shared.events.message import ConsumerRecord
from shared.kernel.retry import anything, until_answered
from shared.messaging.failures import KAFKA_ERRORS
from shared.messaging.kafka import Brokers
from shared.messaging.tenant_topic import Lost, TenantTopic, Told, batch, reading, told_in

log = structlog.get_logger()
BATCH = 500
KEPT = 500
KEPT_BYTES = 262_144
"""Events of one topic that are kept, and bytes of them, at most: who is further behind reads pages."""


class Feed:
    """What is known of a topic in this process. All of it is read, since what is a copy follows from all that was before it:
    a relay that was restarted may have told anything again, at any distance."""

    def __init__(self, topic: TenantTopic, brokers: Brokers, *, kept: int = KEPT) -> None:
        self.topic = topic
        self.followers = 0
        self.log = 0
        """Which log it is: one more whenever another one has taken its name."""
        self.start = 0
        """What is kept is whole from this offset on."""
        self.end = 0
        """The next offset to be read."""
        self.doubles: set[int] = set()
        """The offsets of what had been told before."""
        self.read_once = asyncio.Event()
        """Set once all was read that was there when the reading began."""
        self.moved = asyncio.Event()
        """Set, and replaced, whenever something was read."""
        self._brokers = brokers
        self._most = kept
        self._opened = False
        self._reached: dict[str, int] = {}
        self._kept: deque[Told] = deque()
        self._bytes = 0

    def holds(self, position: int) -> bool:
        """Whether what comes after this position is kept."""
        return self.read_once.is_set() and self.start - 1 <= position < self.end

    def after(self, position: int) -> list[Told | Lost]:
        """What is kept after this position, in order."""
        return [told for told in self._kept if told.position > position]

    async def run(self, max_backoff: float) -> None:
        """Read until cancelled."""
        await until_answered(self._read, on=anything, limit=max_backoff)

    async def _read(self) -> None:
        try:
            await self._read_on()
        except Exception as error:
            if not isinstance(error, KAFKA_ERRORS):
                log.error("feed.failed", topic=self.topic.name, error=type(error).__name__, exc_info=True)
            raise

    async def _read_on(self) -> None:
        topic = self.topic.partition
        async with reading(self._brokers, self.topic) as client:
            if not self._opened:
                self.start = self.end = (await client.beginning_offsets([topic]))[topic]
                self._opened = True
            until = (await client.end_offsets([topic]))[topic]
            client.assign([topic])
            client.seek(topic, self.end)
            while True:
                self._take(await batch(client, self.topic, BATCH), await client.position(topic))
                if self.end >= until:
                    self.read_once.set()

    def _take(self, records: Sequence[ConsumerRecord], reached: int) -> None:
        if reached == self.end and not records:
            return
        if reached < self.end or (records and records[0].offset < self.end):
            self._begin_anew()
        for one in told_in(records, self.topic):
            self._keep(one)
        self.end = max(self.end, reached)
        self.moved.set()
        self.moved = asyncio.Event()

    def _begin_anew(self) -> None:
        """Another log has the topic's name."""
        self.log += 1
        self.start = self.end = 0
        self._forget()
        self.doubles.clear()
        self._reached.clear()

    def _keep(self, one: Told | Lost) -> None:
        if isinstance(one, Lost):
            self._forget()
            self.start = self.end = one.position + 1
            return
        message = one.message
        if message.sequence <= self._reached.get(message.inbox_key, -1):
            self.doubles.add(one.position)
            return
        self._reached[message.inbox_key] = message.sequence
        self._kept.append(one)
        self._bytes += len(message.data)
        while len(self._kept) > self._most or self._bytes > KEPT_BYTES:
            gone = self._kept.popleft()
            self._bytes -= len(gone.message.data)
            self.start = gone.position + 1

    def _forget(self) -> None:
        self._kept.clear()
        self._bytes = 0
