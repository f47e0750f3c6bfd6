"""How the demo hears: what enrolment and referral tell on their public topics, in order, each message once."""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from uuid import UUID

from aiokafka import TopicPartition

from deploy.local.errors import CannotRun
from shared.events import Event, ReferralClosed, WishesAnswered
from shared.events.applications import ApplicationEvent
from shared.events.message import read
from shared.kernel.retry import stop
from shared.messaging.kafka import PARTITIONS, TRANSIENT, consumer

TOPICS = (WishesAnswered.topic, ReferralClosed.topic)
PATIENCE = 120.0
Key = tuple[UUID, UUID]
"""An intake and a young person."""


class Ears:
    """What was heard so far. Dispatcher the same message again changes nothing."""

    def __init__(self) -> None:
        self.wishes: dict[UUID, WishesAnswered] = {}
        self.closed: dict[UUID, ReferralClosed] = {}
        """The last answer told of each referral."""
        self._told: dict[Key, Counter[type[Event]]] = defaultdict(Counter)
        self._heard: dict[str, int] = {}
        self._news = asyncio.Condition()

    async def hear(self, event: Event, *, slot: str, sequence: int) -> None:
        """Take one event in."""
        if self._heard.get(slot, -1) >= sequence:
            return
        self._heard[slot] = sequence
        match event:
            case WishesAnswered():
                self.wishes[event.referral_id] = event
            case ReferralClosed():
                self.closed[event.referral_id] = event
            case ApplicationEvent():
                self._told[event.intake_id, event.young_id][type(event)] += 1
        async with self._news:
            self._news.notify_all()

    def times(self, key: Key, event: type[Event]) -> int:
        """How often this was told of an application."""
        return self._told[key][event]

    async def wishes_of(self, referrals: Iterable[UUID]) -> None:
        """Wait until enrolment has answered the wishes of these referrals."""
        wanted = set(referrals)
        await self._until(lambda: wanted <= self.wishes.keys(), "la réponse aux vœux de toutes les orientations")

    async def each(self, keys: Iterable[Key], event: type[Event], *, times: int = 1) -> None:
        """Wait until this was told of each of these applications, so many times."""
        wanted = list(keys)
        what = f"{event.type} pour {len(wanted)} candidature(s)"
        await self._until(lambda: all(self.times(key, event) >= times for key in wanted), what)

    async def _until(self, true: Callable[[], bool], what: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE), self._news:
                await self._news.wait_for(true)
        except TimeoutError:
            raise CannotRun(f"Toujours pas entendu après {PATIENCE:.0f} s : {what}.") from None


@asynccontextmanager
async def listening(bootstrap: str) -> AsyncIterator[Ears]:
    """Ears that hear the topics from their first message, whatever happens to the broker meanwhile."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # it says at length what we wait for in silence
    ears = Ears()
    task = asyncio.create_task(_listen(bootstrap, ears))
    try:
        yield ears
    finally:
        await stop(task, grace=10)


async def _listen(bootstrap: str, ears: Ears) -> None:
    while True:
        reader = consumer(bootstrap, fetch_max_wait_ms=50)
        try:
            await reader.start()
            reader.assign([TopicPartition(topic, number) for topic in TOPICS for number in range(PARTITIONS)])
            await reader.seek_to_beginning()
            while True:
                for records in (await reader.getmany(timeout_ms=1000)).values():
                    for record in records:
                        message = read(record.headers, record.key, record.value)
                        await ears.hear(message.event(), slot=message.inbox_key, sequence=message.sequence)
        except TRANSIENT:
            await asyncio.sleep(0.5)
        finally:
            await reader.stop()
