"""Every webhook of a service delivered to, each by a task of its own, from one replica at a time (a lease)."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from shared.events.webhooks import DisabledCode
from shared.kernel.retry import Outage, anything, stop, until_answered
from shared.metrics import WEBHOOK_DELIVERERS, WEBHOOK_DOCUMENTS, WEBHOOK_FAILING, WEBHOOKS_DISABLED
from shared.persistence.failures import is_denied, is_transient
from shared.persistence.lease import Lease
from shared.webhooks.endpoint import Endpoint
from shared.webhooks.store import Webhooks
from shared.webhooks.webhook import Webhook

log = structlog.get_logger()
POLL_SECONDS = 0.5
"""How soon a change that a tenant makes is heeded."""
AGAIN_SECONDS = 5.0
"""After a failure that is ours."""
STOP_SECONDS = 3.0
STATES = ("active", "failing", "disabled")
Mark = tuple[str, int, int, int]
"""A webhook in one version and one course, under one term of the lease."""


class Delivery:
    """Delivers while it holds the lease. One webhook's slowness or failure holds up no other."""

    def __init__(
        self,
        webhooks: Webhooks,
        lease: Lease,
        endpoint: Callable[[Webhook, int], Endpoint],
        *,
        now: Callable[[], datetime],
        max_backoff: float,
    ) -> None:
        """`endpoint` makes what delivers to one webhook, under a term of the lease."""
        self._webhooks, self._lease, self._endpoint, self._now = webhooks, lease, endpoint, now
        self._max_backoff = max_backoff
        self._outage = Outage(log, "webhooks.list", is_refusal=is_denied)
        self._tasks: dict[Mark, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Deliver until cancelled."""
        for code in DisabledCode:
            WEBHOOKS_DISABLED.labels(code)  # shown from 0 on, so that the first one is a rise
        try:
            await until_answered(self._look_on, on=anything, limit=self._max_backoff)
        finally:
            await self._stop(*self._tasks)
            await self._lease.let_go()

    async def _look_on(self) -> None:
        try:
            while True:
                await self._look()
                self._outage.answered()
                await asyncio.sleep(POLL_SECONDS)
        except Exception as error:
            if not self._lease.held:
                await self._stop(*self._tasks)
            self._say(error)
            raise

    async def _look(self) -> None:
        """Have each webhook delivered to as it is now; none where another replica delivers."""
        leads = await self._lease.hold()
        WEBHOOK_DELIVERERS.set(leads)
        every = await self._webhooks.every() if leads else []
        wanted = self._marked(every)
        if others := self._tasks.keys() - wanted.keys():
            await self._stop(*others)
            wanted = self._marked(await self._webhooks.every() if leads else [])  # they kept their places as they stopped
        for mark in wanted.keys() - self._tasks.keys():
            endpoint = self._endpoint(wanted[mark], self._lease.term)
            self._tasks[mark] = asyncio.create_task(self._delivered(endpoint, mark), name=f"webhook {mark[0]}")
        self._measure(every, leads=leads)

    def _marked(self, every: Sequence[Webhook]) -> dict[Mark, Webhook]:
        return {(one.id, one.version, one.course, self._lease.term): one for one in every if not one.disabled}

    async def _delivered(self, endpoint: Endpoint, mark: Mark) -> None:
        """Deliver to one. What fails for want of sense is said, and begun anew from where it is kept."""
        try:
            await endpoint.run()
        except Exception as error:
            log.error("webhooks.failed", webhook=mark[0], error=type(error).__name__, exc_info=True)
            await asyncio.sleep(AGAIN_SECONDS)
            self._tasks.pop(mark, None)

    async def _stop(self, *marks: Mark) -> None:
        stopping = [self._tasks.pop(mark) for mark in marks]
        await stop(*stopping, grace=STOP_SECONDS)

    def _measure(self, every: Sequence[Webhook], *, leads: bool) -> None:
        WEBHOOK_DOCUMENTS.clear()
        if leads:
            counts = Counter[str](one.state for one in every)
            for state in STATES:
                WEBHOOK_DOCUMENTS.labels(state).set(counts[state])
        ages = [(self._now() - one.failing_since).total_seconds() for one in every if one.failing_since]
        WEBHOOK_FAILING.set(max(ages, default=0))

    def _say(self, error: Exception) -> None:
        if is_transient(error) or is_denied(error):
            self._outage.failed(error)
        else:
            log.error("webhooks.list_failed", error=type(error).__name__, exc_info=True)
