"""Waiting for a service to have heard another: asked again until it has."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic

from deploy.local.errors import CannotRun

TIMEOUT = 120.0
"""Seconds for which it is asked again."""
EVERY = 0.2


async def until_heard(heard: Callable[[], Awaitable[bool]], what: str) -> None:
    """Ask until it is so. Raises CannotRun, with `what` it is that was not heard."""
    deadline = monotonic() + TIMEOUT
    while not await heard():
        if monotonic() > deadline:
            raise CannotRun(f"Toujours pas entendu après {TIMEOUT:.0f} s : {what}.")
        await asyncio.sleep(EVERY)
