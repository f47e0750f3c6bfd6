"""One webhook at work under a clock that is moved by hand, with a real receiver: three days pass in a moment."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial

import pytest

from shared.events.message import ConsumerRecord, envelope
from shared.kernel.retry import stop
from shared.messaging.tenant_topic import Lost, Told
from shared.persistence.failures import Away
from shared.webhooks.attempts import Attempt
from shared.webhooks.calling import call
from shared.webhooks.course import Place
from shared.webhooks.endpoint import Endpoint
from shared.webhooks.resolving import resolve
from shared.webhooks.sending import Outcome, Sender
from shared.webhooks.signing import secret_of
from shared.webhooks.thin import Item
from shared.webhooks.waits import GIVE_UP_AFTER, Waits
from shared.webhooks.webhook import Disabled, Secret, Start, Webhook
from tests.messaging.tenants import told
from tests.webhooks.builders import MONDAY
from tests.webhooks.receivers import Got, Receiver, in_turn, receiving


class Kept:
    """Where places are kept, in memory; away where the test says so."""

    def __init__(self) -> None:
        self.place: Place | None = None
        self.attempts: list[Attempt] = []
        self.disabled: Disabled | None = None
        self.away = False
        self.taken = True

    async def keep_place(self, _webhook: Webhook, place: Place, *, term: int) -> bool:
        if self.away:
            raise Away("while the test says so")
        self.place = place if self.taken else self.place
        return self.taken

    async def keep_attempts(self, _webhook: Webhook, attempts: list[Attempt]) -> None:
        self.attempts += attempts

    async def disable(self, _webhook: Webhook, disabled: Disabled) -> None:
        self.disabled = disabled


class At:
    """A webhook at work, its clock, and its topic, to which the test tells more."""

    def __init__(self, receiver: Receiver) -> None:
        self.now = MONDAY
        self.kept = Kept()
        self.topic: list[Told | Lost] = []
        self.webhook = Webhook("w", "cio", receiver.url, (Secret(secret_of(b"a" * 32)),), MONDAY, Start(MONDAY), Place(-1))
        self._more = asyncio.Event()
        self._sender = Sender(resolve, here=True, within=2)

    def tell(self, *numbers: int, young: str = "a") -> None:
        for number in numbers:
            one = told(number, young=young, teller="referral")
            record = ConsumerRecord("t", 0, len(self.topic), one.key, one.value, tuple(one.headers))
            self.topic.append(Told(len(self.topic), envelope(record)))
        self._more.set()

    async def follow(self, after: int) -> AsyncGenerator[Told | Lost, None]:
        seen = after + 1
        while True:
            self._more.clear()
            for one in self.topic[seen:]:
                seen += 1
                yield one
            await self._more.wait()

    async def send(self, webhook: Webhook, item: Item) -> Outcome:
        # signed on the machine's own clock, as receivers look at it
        return await call(self._sender, webhook, item, now=datetime.now(MONDAY.tzinfo))

    def endpoint(self) -> Endpoint:
        async def begin(_start: Start) -> int:
            return -1

        return Endpoint(
            self.webhook, "agency", begin=begin, follow=self.follow, send=self.send, keeping=self.kept, term=1, waits=Waits(),
            at_once=8, now=lambda: self.now, max_backoff=0.1,
        )  # fmt: skip

    def has_tried_more_than(self, tries: int) -> bool:
        return len(self.kept.attempts) > tries

    async def until(self, true: Callable[[], object]) -> None:
        async with asyncio.timeout(20):
            while not true():
                await asyncio.sleep(0.01)


@asynccontextmanager
async def working(receiver: Receiver) -> AsyncIterator[tuple[At, "asyncio.Task[None]"]]:
    at = At(receiver)
    task = asyncio.create_task(at.endpoint().run())
    try:
        yield at, task
    finally:
        assert await stop(task, grace=6)


@pytest.mark.slow
async def test_over_three_days_it_is_tried_less_and_less_often_then_disabled() -> None:
    async with receiving(in_turn(*[500] * 99)) as receiver, working(receiver) as (at, task):
        at.tell(1)
        for days in (0, 1, 2, 2.9):
            at.now = MONDAY + timedelta(days=days)
            tried = len(at.kept.attempts)
            await at.until(partial(at.has_tried_more_than, tried))
            assert at.kept.disabled is None
        at.now = MONDAY + GIVE_UP_AFTER
        await asyncio.wait_for(task, 10)
        assert at.kept.disabled == Disabled(at.now, "given_up", MONDAY, "answered_no", 500)
        assert len(set(receiver.ids())) == 1
        assert len(receiver.got) < 9


async def test_nothing_more_is_sent_while_what_was_sent_cannot_be_remembered() -> None:
    async with receiving() as receiver, working(receiver) as (at, _task):
        at.kept.away = True
        at.tell(1, 2, 3)
        await at.until(lambda: receiver.got)
        await asyncio.sleep(0.5)
        assert len(receiver.got) == 1
        at.kept.away = False
        await at.until(lambda: at.kept.place == Place(2, delivered_at=MONDAY))
        assert len(receiver.got) == 3


async def test_who_is_told_to_stop_keeps_what_is_answered_at_once() -> None:
    async def soon(_got: Got) -> int:
        await asyncio.sleep(0.3)
        return 204

    async with receiving(soon) as receiver:
        async with working(receiver) as (at, _task):
            at.tell(1)
            at.tell(2)
            await at.until(lambda: receiver.got)
        assert at.kept.place == Place(1, left=(1,), delivered_at=MONDAY)


async def test_another_course_or_another_replica_ends_this_one() -> None:
    async with receiving() as receiver, working(receiver) as (at, task):
        at.kept.taken = False
        at.tell(1, 2)
        await asyncio.wait_for(task, 10)
        assert len(receiver.got) == 1


async def test_what_is_lost_is_said_once_and_what_follows_comes_after_it() -> None:
    async with receiving() as receiver, working(receiver) as (at, _task):
        at.topic.append(Lost(6))
        at.tell(8)
        at.topic[-1] = Told(7, at.topic[-1].message)  # type: ignore[union-attr]
        at._more.set()
        await at.until(lambda: at.kept.place == Place(7, delivered_at=MONDAY))
        assert [got.said["data"]["position"] for got in receiver.got] == [6, 7]
        assert receiver.got[0].said["data"]["read"] == "/snapshot"
