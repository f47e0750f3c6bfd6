"""What an administrator does with parked messages, whatever they are parked beside: see, replay, discard; and what time does."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import structlog

from shared.kernel.clock import real_now
from shared.kernel.errors import NotFound
from shared.kernel.retry import Outage, anything, until_answered
from shared.messaging.discards import Discarded
from shared.messaging.dispatcher import Dispatcher
from shared.messaging.parking import ParkedMessage
from shared.messaging.place import Place
from shared.messaging.replay import Replayed
from shared.metrics import PARKED_NOW

log = structlog.get_logger()
TEND_SECONDS = 5.0
Beside = Sequence[Dispatcher[Any]]
"""Who parks: the first is who hears now; others (rows that are being built) take for themselves what it is replayed."""


async def nothing() -> None:
    """Nobody has to know that messages were replayed."""


class Parked:
    """The parked messages of a service. `changed` is told when some were handled at last."""

    def __init__(self, beside: Callable[[], Awaitable[Beside]], *, changed: Callable[[], Awaitable[None]] = nothing) -> None:
        self._beside = beside
        self._changed = changed
        self._codes: set[str] = set()
        self._unreadable: set[str] = set()

    async def all(self) -> list[ParkedMessage]:
        """What is parked, each message once, without values."""
        found = [message for one in reversed(await self._beside()) for message in await one.parking.all()]
        return sorted({message.place: message for message in found}.values(), key=lambda one: one.place)

    async def find(self, place: Place) -> ParkedMessage:
        """What is parked there, with its value. NotFound where nothing is."""
        for one in await self._beside():
            if found := await one.parking.find(place):
                return found
        raise NotFound("Ce message")

    async def read(self, place: Place, *, by: str) -> ParkedMessage:
        """The same, for somebody to read: that they did is kept first."""
        found = await self.find(place)
        await (await self._beside())[0].parking.read(place, by)
        log.info("parked.read", coordinates=place.coordinates)
        return found

    async def discarded(self) -> list[Discarded]:
        """What was discarded, the latest first."""
        return await (await self._beside())[0].parking.discards.all()

    async def replay(self, place: Place | None = None) -> tuple[Replayed, int]:
        """Replay what is parked, in order per key, or only the story of what is parked there: and how many are left."""
        keys = [(await self.find(place)).key] if place else None
        now = (await self._beside())[0]
        done = await now.replay(keys)
        await self._tell(done)
        return done, await now.parking.left()

    async def discard(self, place: Place, *, reason: str, by: str) -> Discarded:
        """Pass over what is parked there from now on, wherever it comes again, and replay what waited behind it.

        NotFound; Refused: `being_replayed`, `discarded_otherwise`.
        """
        now = (await self._beside())[0]
        parked = await now.parking.find(place)
        discarded = await now.parking.discards.discard(place, reason=reason, by=by)
        log.warning("parked.discarded", coordinates=place.coordinates, type=discarded.type, code=discarded.code)
        if parked:
            await self._tell(await now.replay([parked.key]))
        return discarded

    async def codes(self) -> Mapping[str, int]:
        """How many are parked, by code; shown as a metric too."""
        first, *others = [one.parking for one in await self._beside()]
        codes = await first.codes(*others)
        for code in self._codes | codes.keys():
            PARKED_NOW.labels(code).set(codes.get(code, 0))
        self._codes.update(codes)
        return codes

    async def tend(self, now: datetime) -> None:
        """What time brings: values kept for thirty days go, and what waits for nothing any more is replayed."""
        first = (await self._beside())[0]
        await first.parking.expire(now)
        await self._tell(await first.resume(now, self._unreadable))
        await self.codes()

    async def run(self) -> None:
        """Tend them until cancelled, however long a server is away."""
        outage = Outage(log, "parked.server")
        while True:
            await until_answered(lambda: self.tend(real_now()), on=anything, limit=TEND_SECONDS, outage=outage)
            await asyncio.sleep(TEND_SECONDS)

    async def _tell(self, done: Replayed) -> None:
        if done.replayed:
            await self._changed()


def parked_beside(dispatcher: Dispatcher[Any]) -> Parked:
    """The parked messages of a service that hears one by one."""
    return Parked(partial(_alone, dispatcher))


async def _alone(dispatcher: Dispatcher[Any]) -> Beside:
    return [dispatcher]
