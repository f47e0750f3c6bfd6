"""Waiting for what is right a moment later."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def soon(ask: Callable[[], Awaitable[T]], right: Callable[[T], bool], *, within: float = 10) -> T:
    """What is answered once it is right, or at last: a broker hears of what its controller decided a moment later."""
    until = time.monotonic() + within
    while not right(answer := await ask()) and time.monotonic() < until:
        await asyncio.sleep(0.1)
    return answer
