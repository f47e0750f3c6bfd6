"""One webhook at work: what its tenant is told is read, sent and acknowledged, then its place is kept; in that order."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import aclosing
from datetime import datetime
from time import monotonic
from typing import Any, Protocol, TypeVar

import structlog

from shared.events.webhooks import DisabledCode
from shared.kernel.retry import Outage, stop, until_answered
from shared.messaging.tenant_topic import Lost, Told
from shared.persistence.failures import is_denied, is_transient
from shared.webhooks.attempts import Attempt, attempt_of
from shared.webhooks.course import Course, Place
from shared.webhooks.sending import Outcome, Result
from shared.webhooks.thin import Item, Tenant, item_of, resync_of
from shared.webhooks.waits import Waits
from shared.webhooks.webhook import Disabled, Start, Webhook

log = structlog.get_logger()
T = TypeVar("T")
Came = Told | Lost
LOOK_SECONDS = 1.0
"""The longest that a clock which is moved goes unnoticed, where something waits for it."""
LAST_SECONDS = 1.5
"""What is under way when one stops has so long to be answered, so that it is not sent again."""


class Keeping(Protocol):
    """Where a webhook's place is kept."""

    async def keep_place(self, webhook: Webhook, place: Place, *, term: int) -> bool: ...

    async def keep_attempts(self, webhook: Webhook, attempts: list[Attempt]) -> None: ...

    async def disable(self, webhook: Webhook, disabled: Disabled) -> None: ...


class Endpoint:
    """Delivers to one webhook, from its place on, until cancelled or until it is no more to be delivered to."""

    def __init__(
        self,
        webhook: Webhook,
        kind: Tenant,
        *,
        begin: Callable[[Start], Awaitable[int]],
        follow: Callable[[int], AsyncGenerator[Came, None]],
        send: Callable[[Webhook, Item], Coroutine[Any, Any, Outcome]],
        keeping: Keeping,
        term: int,
        waits: Waits,
        at_once: int,
        now: Callable[[], datetime],
        max_backoff: float,
    ) -> None:
        """`begin` finds the position of a start, `follow` what came after a position; neither fails while Kafka is away."""
        self._webhook, self._kind, self._term = webhook, kind, term
        self._begin, self._follow, self._send, self._keeping = begin, follow, send, keeping
        self._waits, self._at_once, self._now, self._max_backoff = waits, at_once, now, max_backoff
        self._outage = Outage(log, "webhooks.database", is_refusal=is_denied)
        self._under_way: dict[asyncio.Task[Outcome], Item] = {}
        self._whose = {"webhook": webhook.id, "tenant": webhook.tenant}
        self._tried: list[Attempt] = []
        self._over = False
        self._moved = webhook.place is None
        """Whether its place is another than that which is kept, though nothing was answered."""
        self._kept_at = -LOOK_SECONDS

    async def run(self) -> None:
        """Deliver. Returns once the webhook is disabled, or another course of it has begun."""
        webhook = self._webhook
        place = webhook.place or Place(await self._begin(webhook.start))
        course = Course(place, self._waits, at_once=self._at_once)
        async with aclosing(self._follow(place.after)) as coming:
            reading: asyncio.Task[Came] | None = None
            try:
                while not self._over:
                    if reading is None and course.has_room:
                        reading = asyncio.create_task(_next(coming))
                    self._begin_sending(course)
                    await self._something(course, reading)
                    if reading and reading.done():
                        self._take(course, reading.result())
                        reading = None
                    await self._settle(course)
            finally:
                await self._end(course, reading)

    def _begin_sending(self, course: Course) -> None:
        for item in course.due(self._now()):
            self._under_way[asyncio.create_task(self._send(self._webhook, item))] = item

    async def _something(self, course: Course, reading: "asyncio.Task[Came] | None") -> None:
        """Return once something has come, was answered, or is due."""
        until = course.next_look(self._now())
        timeout = LOOK_SECONDS if self._moved else None
        timeout = timeout if until is None else min(until.total_seconds(), LOOK_SECONDS)
        waiting = {*self._under_way, *({reading} if reading else ())}
        if waiting:
            await asyncio.wait(waiting, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        else:
            await asyncio.sleep(LOOK_SECONDS if timeout is None else timeout)

    def _take(self, course: Course, one: Came) -> None:
        if isinstance(one, Lost):
            log.warning("webhooks.lost", **self._whose, position=one.position)
            course.lose(resync_of(self._webhook.id, one.position, self._now()))
        elif self._is_sent(one):
            course.take(item_of(one.message, one.position, self._kind))
        else:
            course.pass_over(one.position)
            self._moved = True

    def _is_sent(self, one: Told) -> bool:
        """Whether it is not among what a replay leaves out: acknowledged before, and told before its day."""
        start = self._webhook.start
        if start.told_since is None or start.known is None:
            return True
        return one.position > start.known or one.message.time >= start.told_since

    async def _settle(self, course: Course) -> None:
        """Take in what was answered, then keep the place: one write, however much was answered since the last."""
        done = [task for task in self._under_way if task.done()]
        ends = [end for task in done if (end := self._learnt(course, self._under_way.pop(task), task.result()))]
        late = self._moved and monotonic() - self._kept_at >= LOOK_SECONDS
        if (done or late) and not await self._is_kept(course):
            self._over = True
        elif ends:
            self._over = True
            await self._written(lambda: self._keeping.disable(self._webhook, ends[0]))

    def _learnt(self, course: Course, item: Item, outcome: Outcome) -> Disabled | None:
        """What an outcome makes of the course; how the webhook ends, if it does."""
        now = self._now()
        self._tried.append(attempt_of(item, outcome, now))
        if outcome.result is Result.DELIVERED:
            course.delivered(item, now)
            return None
        if not course.place.holds:
            log.warning("webhooks.failing", **self._whose, result=outcome.result, status=outcome.status)
        over = course.failed(item, outcome, now)
        if outcome.result is not Result.GONE and not over:
            return None
        code = DisabledCode.GONE if outcome.result is Result.GONE else DisabledCode.GIVEN_UP
        log.warning("webhooks.disabled", **self._whose, code=code)
        hold = course.place.holds.get(item.key)
        return Disabled(now, code, hold.since if hold else now, outcome.result, outcome.status)

    async def _is_kept(self, course: Course) -> bool:
        """Keep the place, and what was tried. False where another course has begun, or another replica goes on."""
        place, tried, self._tried = course.place, self._tried, []
        self._moved, self._kept_at = False, monotonic()
        await self._written(lambda: self._keeping.keep_attempts(self._webhook, tried))
        return await self._written(lambda: self._keeping.keep_place(self._webhook, place, term=self._term))

    async def _written(self, write: Callable[[], Awaitable[T]]) -> T:
        """Nothing more is sent while MongoDB is away: what cannot be remembered would be sent again."""
        return await until_answered(write, on=is_transient, limit=self._max_backoff, outage=self._outage)

    async def _end(self, course: Course, reading: "asyncio.Task[Came] | None") -> None:
        """Leave things so that another may go on: what is answered at once is kept, what is not will be sent again."""
        if reading:
            await stop(reading, grace=LAST_SECONDS)
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=LAST_SECONDS)
        late = [task for task in self._under_way if not task.done()]
        for task in late:
            self._under_way.pop(task)
        await stop(*late, grace=LAST_SECONDS)
        if not self._over:
            await self._settle(course)


async def _next(coming: AsyncGenerator[Came, None]) -> Came:
    return await anext(coming)
