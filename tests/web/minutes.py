"""Rates are counted by minutes of the clock: a request more passes where one ends between two."""

import asyncio
import time


async def early_in_a_minute() -> None:
    """Return with five seconds at least before the next one begins."""
    left = 60 - time.time() % 60
    if left < 5:
        await asyncio.sleep(left + 0.1)
