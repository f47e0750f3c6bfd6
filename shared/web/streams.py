"""Streams (SSE): so many at once, each for as long as the token or the session that asked for it is good."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from typing import Any, TypeVar

from fastapi import Depends, Request

from shared.kernel.errors import TooMany, Unauthenticated
from shared.kernel.retry import stop
from shared.metrics import STREAMED, STREAMS
from shared.persistence.failures import Away
from shared.web.auth import Credential, CurrentCaller, credential
from shared.web.router import responses_for
from shared.web.runtime import runtime

T = TypeVar("T")
LOOK_EVERY = 1.0
"""Seconds between two looks at a token whose stream is silent."""


async def counted(request: Request, caller: CurrentCaller) -> AsyncIterator[None]:
    """Of a route that streams: one of its organisation's streams, from its start to its end. Raises TooMany, Unavailable."""
    with runtime(request).streams.opened(caller.organisation), STREAMS.track_inprogress():
        yield


async def counted_of_tenant(request: Request, caller: CurrentCaller) -> AsyncIterator[None]:
    """The same of a tenant's own events, of which there may be fewer."""
    with runtime(request).tenant_streams.opened(caller.organisation), STREAMS.track_inprogress():
        yield


COUNTED: Any = Depends(counted)
COUNTED_OF_TENANT: Any = Depends(counted_of_tenant)
TOO_MANY_STREAMS = responses_for({TooMany: ("too_many_streams",)})


async def while_signed_in(request: Request, source: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
    """What a source gives, as long as the credential of this request is good: it ends once that expires or is revoked."""
    asked_by = credential(request)
    coming: asyncio.Task[T] | None = None
    async with aclosing(source):
        try:
            while True:
                coming = coming or asyncio.create_task(_next(source))
                await asyncio.wait({coming}, timeout=LOOK_EVERY)
                await _still_good(asked_by)
                if coming.done():
                    given, coming = coming.result(), None
                    STREAMED.inc()
                    yield given
        except (Unauthenticated, StopAsyncIteration):
            return
        finally:
            if coming:
                await stop(coming, grace=LOOK_EVERY)


async def _still_good(asked_by: Credential) -> None:
    """Raises Unauthenticated once it is not. While the database is away, nobody can have ended a session."""
    with suppress(Away):
        await asked_by()


async def _next(source: AsyncGenerator[T, None]) -> T:
    return await anext(source)
