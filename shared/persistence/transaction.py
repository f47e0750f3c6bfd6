"""Transactions over several documents, and what the repositories of a service share: database, clock, outboxes, queues."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar
from uuid import UUID

from shared.kernel.clock import Clock
from shared.kernel.errors import Invalid, Refused
from shared.kernel.retry import until_answered
from shared.kernel.secrets import derived
from shared.persistence.failures import Clash, Sessionless
from shared.persistence.mongo import Collection, Database, Session
from shared.persistence.queues import Queues, busy

T = TypeVar("T")
OF_THIS_PROCESS = os.urandom(32)
MAX_BACKOFF = 0.5
"""Seconds, the longest wait after a clash."""


@dataclass
class Persistence:
    """A service's database, its name on the wire, its clock, and the collections that have an outbox."""

    database: Database
    producer: str
    clock: Clock
    max_clashing: float = 4.0
    """Seconds, after which who still clashes with other processes is told that the document is busy."""
    secrets: tuple[bytes, ...] = field(default=(OF_THIS_PROCESS,), repr=False)
    """The service's own, the latest first; where none is given, nobody else opens what is sealed."""

    def __post_init__(self) -> None:
        self.outbox_changed = asyncio.Event()
        """Set at each save of events: the relay need not wait for its next look."""
        self.outboxes: dict[str, Collection] = {}
        self._queues = Queues()

    @property
    def secret(self) -> bytes:
        """The first there ever was: it keys the hashes, which are the ids of what is kept and may never change."""
        return self.secrets[-1]

    def sealing_keys(self, purpose: str) -> tuple[bytes, ...]:
        """The keys of what is sealed for a purpose: the first seals, each opens."""
        return tuple(derived(secret, purpose) for secret in self.secrets)

    async def transaction(self, work: Callable[[Session], Awaitable[T]], *about: UUID | str) -> T:
        """Decide on several documents (`Repository.within`) or on none. `work` runs again after a clash with another's.

        `about` names the documents that will change: who wants one of them waits in line.
        """
        done: T = await self.in_turn(partial(self.database.transact, work), *about)
        self.outbox_changed.set()  # the relay may have looked before the commit
        return done

    async def in_turn(self, work: Callable[[], Awaitable[T]], *about: UUID | str) -> T:
        """Do what changes these documents, after those who came before; again, after a while, if another process was first.

        Raises `busy` (503) where that takes too long: nothing was kept. A rule's no rests on what a majority keeps, as a
        yes does.
        """
        try:
            async with self._queues.turn(*map(str, about)):
                return await until_answered(work, on=_wrote_nothing, limit=MAX_BACKOFF, within=self.max_clashing)
        except Clash:
            raise busy() from None
        except (Invalid, Refused):
            await self.database.settle()
            raise


def _wrote_nothing(error: Exception) -> bool:
    return isinstance(error, Clash | Sessionless)
