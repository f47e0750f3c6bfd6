"""A service's database and what its repositories share: the clock, the outboxes, and transactions over several documents."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from shared.kernel.clock import Clock
from shared.kernel.errors import Unavailable
from shared.persistence.failures import Clash
from shared.persistence.mongo import Collection, Database, Session

T = TypeVar("T")
CLASHES = 50


@dataclass
class Persistence:
    """A service's database, its name on the wire, its clock, and the collections that have an outbox."""

    database: Database
    producer: str
    clock: Clock

    def __post_init__(self) -> None:
        self.outbox_changed = asyncio.Event()
        """Set at each save of events: the relay need not wait for its next look."""
        self.outboxes: dict[str, Collection] = {}

    async def transaction(self, work: Callable[[Session], Coroutine[Any, Any, T]]) -> T:
        """Decide on several documents (`Repository.within`) or on none. `work` runs again after a clash with another's."""
        for _ in range(CLASHES):
            try:
                done = await self.database.transact(work)
            except Clash:
                continue
            self.outbox_changed.set()  # the relay may have looked before the commit
            return done
        raise busy()


def busy() -> Unavailable:
    """Others were first, every time: nothing was kept."""
    return Unavailable("busy", "Trop de demandes à la fois sur ce dossier : recommencez.")
