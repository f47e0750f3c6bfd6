"""The work behind notices, in one replica of a service: what comes on each person's stream is noted, what is due is sent."""

import asyncio
import time
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NoReturn

import orjson
import structlog

from shared.kernel.clock import real_now
from shared.kernel.retry import Outage, anything, stop, until_answered
from shared.messaging.tenant_topic import Lost, Told, topic_named
from shared.metrics import NOTICES
from shared.persistence.failures import is_transient
from shared.persistence.lease import Lease
from shared.settings import Settings
from shared.web.notices import choice as decisions
from shared.web.notices.book import Book
from shared.web.notices.choice import Choice, next_digest
from shared.web.notices.mailer import MAIL_ERRORS, AddressRefused, Connection, CutOff, Mail, Mailer, NotNow, is_refused, mailer_of
from shared.web.notices.words import SIMULATED, body, noticed, subject
from shared.web.runtime import Runtime

log = structlog.get_logger()
LOOK_EVERY = 1.0
"""Seconds between two looks at who is to be followed, and what is due."""
NOTED_EVERY = 100
"""Events that say nothing to anybody, after which their position is kept all the same."""
SWEPT_EVERY = 3_600.0
STOP_SECONDS = 3.0
Decide = Callable[[Choice], Choice]


def due_at(frequency: str, now: datetime, settings: Settings) -> datetime:
    """When one who chose this is told of what comes now, on the service's clock."""
    return next_digest(now, settings.notices_hour) if frequency == "daily" else now


async def notify(runtime: Runtime[Any]) -> NoReturn:
    """Note and send until cancelled; nothing, where no mail server is set."""
    if mailer := mailer_of(runtime.settings):
        await Notifier(runtime, mailer).run()
    await asyncio.Event().wait()
    raise AssertionError


class Notifier:
    """Who is followed, and the way to the mail server."""

    def __init__(self, runtime: Runtime[Any], mailer: Mailer) -> None:
        self._settings = runtime.settings
        self._topics = runtime.tenant_topics
        self._mailer = mailer
        self._book = Book(runtime.persistence)
        self._lease = Lease(runtime.persistence.database, "notices", f"{runtime.persistence.producer}-{self._settings.instance}")
        self._followed: dict[tuple[str, datetime | None], asyncio.Task[None]] = {}
        self._swept = -SWEPT_EVERY
        self._server = Outage(log, "notices.mail", is_refusal=is_refused)
        self._database = Outage(log, "notices.database")

    async def run(self) -> NoReturn:
        """Look every second, while this replica has the lease."""
        try:
            await until_answered(self._book.prepare, on=is_transient, limit=self._settings.max_backoff)
            while True:
                try:
                    await self._look()
                    self._database.answered()
                except Exception as error:
                    self._database.failed(error)
                    if not is_transient(error):
                        log.error("notices.failed", error=type(error).__name__)
                await asyncio.sleep(LOOK_EVERY)
        finally:
            await stop(*self._followed.values(), grace=STOP_SECONDS)

    async def _look(self) -> None:
        leads = await self._lease.hold()
        wanted = {(one.id, one.since): one for one in await self._book.active()} if leads else {}
        gone = [self._followed.pop(key) for key in self._followed.keys() - wanted.keys()]
        await stop(*gone, grace=STOP_SECONDS)
        for key, one in wanted.items():
            if key not in self._followed:
                work = partial(self._follow, one)
                self._followed[key] = asyncio.create_task(until_answered(work, on=anything, limit=self._settings.max_backoff))
        if leads and (due := await self._book.due()):
            await self._send_all(due)
        if leads and time.monotonic() - self._swept > SWEPT_EVERY:
            await self._book.sweep()
            self._swept = time.monotonic()

    async def _follow(self, one: Choice) -> None:
        """Note what comes for one person, after the last event that was looked at for them."""
        kind, _, tenant = one.organisation.partition(":")
        topic = topic_named(kind, tenant)
        kept = (await self._book.again(one)).position
        if kept is None:
            assert one.since
            kept = await self._topics.position_at(topic, one.since)
            await self._change(one, lambda now: replace(now, position=kept))
        async with aclosing(self._topics.follow(topic, kept)) as events:
            async for told in events:
                if decide := self._noting(told, kept):
                    await self._change(one, decide)
                    kept = told.position

    def _noting(self, told: Told | Lost, kept: int) -> Decide | None:
        """What is to be kept of an event, after this position that is; None where that can wait."""
        name = noticed(told.message.type, orjson.loads(told.message.data)) if isinstance(told, Told) else None
        if name is not None:
            return lambda now: decisions.note(
                now, name=name, position=told.position, due_at=due_at(now.frequency, self._book.clock.now(), self._settings)
            )
        if isinstance(told, Lost) or told.position - kept >= NOTED_EVERY:
            return lambda now: replace(now, position=told.position)
        return None

    async def _change(self, one: Choice, decide: Decide) -> None:
        """Of what it is now, unless they turned it off since."""
        await self._book.change(one, lambda now: decide(now) if now.since == one.since and now.confirmed else now)

    async def _send_all(self, due: list[Choice]) -> None:
        try:
            async with self._mailer.connected() as connection:
                for one in due:
                    await self._send(connection, one)
            self._server.answered()
        except MAIL_ERRORS as error:
            NOTICES.labels("server_away").inc()
            self._server.failed(error)

    async def _send(self, connection: Connection, one: Choice) -> None:
        """Hand one message over, and remember that: killed in between, it is sent again, under the same Message-ID."""
        now = await self._book.change(one, partial(decisions.claim, at=real_now()))
        if not now.sending or not now.address:
            return
        try:
            await connection.send(self._mail(now))
        except AddressRefused as error:
            log.warning("notices.address_refused", code=error.code)
            done, decide = "refused", partial(decisions.refuse, number=now.number, at=real_now())
        except NotNow:
            done, decide = "put_off", partial(decisions.put_off, number=now.number, at=real_now())
        except CutOff:  # a message for which that happens each time must not hold up the others
            await self._book.change(now, partial(decisions.put_off, number=now.number, at=real_now()))
            raise
        else:
            apart = timedelta(seconds=self._settings.notices_apart if now.sending["kind"] == "notice" else 0)
            done, decide = "sent", partial(decisions.sent, number=now.number, not_before=real_now() + apart)
        NOTICES.labels(done).inc()
        await self._book.change(now, decide)

    def _mail(self, one: Choice) -> Mail:
        assert one.sending
        assert one.address
        kind, waiting = one.sending["kind"], one.sending["waiting"]
        domain = self._mailer.sender.rpartition("@")[2]
        id = f"<{self._book.hash(f'{one.id} {one.number}')}@{domain}>"
        simulated = SIMULATED if self._settings.simulated else ""
        said = body(kind, waiting, code=one.code or "", link=self._settings.notices_link)
        return Mail(id, one.address, f"{simulated}{subject(kind, waiting)}", said)
