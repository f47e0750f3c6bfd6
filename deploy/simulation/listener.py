"""What enrolment and referral publish on their public topics, in order, each message once."""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import date
from uuid import UUID

from aiokafka import TopicPartition

from deploy.local.errors import CannotRun
from shared.events import Event
from shared.events.applications import ApplicationEvent, WishesAnswered
from shared.events.message import ConsumerRecord, Message, Undecodable, read
from shared.events.referral import ReferralClosed
from shared.kernel.calendar import PARIS
from shared.kernel.retry import stop, until_answered
from shared.messaging.failures import is_a_server_s
from shared.messaging.kafka import Brokers, consumer
from shared.messaging.topics import PARTITIONS
from shared.messaging.wire.records import record_of
from shared.persistence.inbox import Inbox

TOPICS = (WishesAnswered.topic, ReferralClosed.topic)
TIMEOUT = 120.0
"""Seconds for which an event is waited for."""
Key = tuple[UUID, UUID]
"""An intake and a young person."""


class Listener:
    """What was published so far. Handling the same message again changes nothing."""

    def __init__(self) -> None:
        self.wishes: dict[UUID, WishesAnswered] = {}
        self.closed: dict[UUID, tuple[ReferralClosed, date]] = {}
        """The last answer given to each referral, and the day in France on which it was."""
        self._events: dict[Key, Counter[type[Event]]] = defaultdict(Counter)
        self._inboxes: dict[str, Inbox] = defaultdict(Inbox)
        """By key, so that none grows with the region."""
        self._changed = asyncio.Condition()

    async def take_in(self, record: ConsumerRecord) -> None:
        """Handle what a record holds; what a service would park is nothing that was published."""
        with suppress(Undecodable):
            await self.handle(read(record))

    async def handle(self, message: Message) -> None:
        """Take one message in. Raises Undecodable, and remembers nothing of it, where its data is not as it should be."""
        event, inbox = message.event(), self._inboxes[message.key]
        if inbox.has(message):
            return
        self._inboxes[message.key] = inbox.after(message)
        match event:
            case WishesAnswered():
                self.wishes[event.referral_id] = event
            case ReferralClosed():
                self.closed[event.referral_id] = event, message.time.astimezone(PARIS).date()
            case ApplicationEvent():
                self._events[event.intake_id, event.young_id][type(event)] += 1
        async with self._changed:
            self._changed.notify_all()

    def times(self, key: Key, event: type[Event]) -> int:
        """How often this was published of an application."""
        return self._events[key][event]

    async def until_wishes_answered(self, referrals: Iterable[UUID]) -> None:
        """Wait until enrolment has answered the wishes of these referrals."""
        wanted = set(referrals)
        await self._until(lambda: wanted <= self.wishes.keys(), "la réponse aux vœux de toutes les orientations")

    async def until_each(self, keys: Iterable[Key], event: type[Event], *, times: int = 1) -> None:
        """Wait until this was published of each of these applications, so many times."""
        wanted = list(keys)
        what = f"{event.type} pour {len(wanted)} candidature(s)"
        await self._until(lambda: all(self.times(key, event) >= times for key in wanted), what)

    async def _until(self, true: Callable[[], bool], what: str) -> None:
        try:
            async with asyncio.timeout(TIMEOUT), self._changed:
                await self._changed.wait_for(true)
        except TimeoutError:
            raise CannotRun(f"Toujours pas entendu après {TIMEOUT:.0f} s : {what}.") from None


@asynccontextmanager
async def listening(brokers: Brokers) -> AsyncIterator[Listener]:
    """A listener to the topics from their first message, whatever happens to the broker meanwhile."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # it says at length what we wait for in silence
    listener = Listener()
    read_on = until_answered(lambda: _consume(brokers, listener), on=is_a_server_s, limit=0.5)
    task = asyncio.create_task(read_on)
    try:
        yield listener
    finally:
        await stop(task, grace=10)


async def _consume(brokers: Brokers, listener: Listener) -> None:
    reader = consumer(brokers, fetch_max_wait_ms=50)
    try:
        await reader.start()
        reader.assign([TopicPartition(topic, number) for topic in TOPICS for number in range(PARTITIONS)])
        await reader.seek_to_beginning()
        while True:
            for records in (await reader.getmany(timeout_ms=1000)).values():
                for record in records:
                    await listener.take_in(record_of(record))
    finally:
        await reader.stop()
