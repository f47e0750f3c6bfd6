"""Change notification: whoever waits in this process learns that rows changed, whichever replica wrote them."""

import asyncio


class Changes:
    """The number that rises each time rows changed, as far as this process knows it, and a way to wait for the next."""

    def __init__(self, number: int = 0) -> None:
        self.number = number
        self._changed = asyncio.Condition()

    async def wait(self, after: int) -> int:
        """The change number, once it is past `after`."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.number > after)
            return self.number

    async def reach(self, number: int) -> None:
        """It is this number now. One that is behind says nothing new."""
        if number > self.number:
            async with self._changed:
                self.number = max(number, self.number)
                self._changed.notify_all()
