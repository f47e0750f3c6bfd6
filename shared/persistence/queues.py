"""A fair queue (FIFO) per document within one process: what meets here need not clash in the database."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared.kernel.errors import Unavailable
from shared.persistence.failures import Away

Turn = asyncio.Future[None]


class Queues:
    """A queue for each document that somebody is at; forgotten when the last has gone."""

    def __init__(self, *, max_wait: float = 8.0) -> None:
        self._max_wait = max_wait
        self._waiting: dict[str, deque[Turn]] = {}

    @property
    def idle(self) -> bool:
        """Whether nobody is at any document."""
        return not self._waiting

    @asynccontextmanager
    async def turn(self, *ids: str) -> AsyncIterator[None]:
        """Wait for one's turn on these documents, taken in the order of their ids, so that no two wait for each other.

        Raises `busy` (503) after `max_wait` seconds, and Away where who was before found the database away: whoever
        waited behind is told so at once, rather than find out in turn.
        """
        held: list[str] = []
        deadline = asyncio.get_running_loop().time() + self._max_wait
        away: Away | None = None
        try:
            for id in sorted(set(ids)):
                await self._take(id, deadline)
                held.append(id)
            yield
        except Away as error:
            away = error
            raise
        finally:
            for id in held:
                self._give_up(id) if away else self._pass_on(id)

    async def _take(self, id: str, deadline: float) -> None:
        queue = self._waiting.get(id)
        if queue is None:
            self._waiting[id] = deque()
            return
        turn: Turn = asyncio.get_running_loop().create_future()
        queue.append(turn)
        try:
            async with asyncio.timeout_at(deadline):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._pass_on(id)  # it came as we left
            turn.cancel()
            if isinstance(error, TimeoutError):
                raise busy() from None
            raise

    def _pass_on(self, id: str) -> None:
        queue = self._waiting[id]
        while queue:
            turn = queue.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        del self._waiting[id]

    def _give_up(self, id: str) -> None:
        for turn in self._waiting.pop(id):
            if not turn.done():
                turn.set_exception(Away("while waiting"))


def busy() -> Unavailable:
    """Others were first for too long: nothing was kept."""
    return Unavailable("busy", "Trop de demandes à la fois sur ce dossier : recommencez.")
