"""What a projector lets others know: that rows changed, and how far a rebuild is."""

import asyncio
from dataclasses import dataclass


class Changes:
    """A number that rises each time rows changed, and a way to wait for it."""

    def __init__(self) -> None:
        self.number = 0
        self._changed = asyncio.Condition()

    async def wait(self, after: int) -> int:
        """The change number, once it is past `after`."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.number > after)
            return self.number

    async def mark(self) -> None:
        async with self._changed:
            self.number += 1
            self._changed.notify_all()


@dataclass
class Progress:
    """How far a rebuild is, in messages."""

    done: int = 0
    total: int = 0
    running: bool = False
