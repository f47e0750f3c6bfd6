"""Streams (SSE): so many at once, each for as long as the token or the session that asked for it is good."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from time import monotonic
from typing import Any

from fastapi import Depends, Request
from fastapi.encoders import jsonable_encoder
from fastapi.sse import ServerSentEvent, format_sse_event
from orjson import dumps
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from shared.kernel.errors import TooMany, Unauthenticated
from shared.kernel.retry import stop
from shared.metrics import STREAMED, STREAMS
from shared.persistence.failures import Away
from shared.web.auth import Credential, CurrentCaller, credential
from shared.web.router import responses_for
from shared.web.runtime import runtime

Events = AsyncGenerator[ServerSentEvent, None]
LOOK_EVERY = 1.0
"""Seconds between two looks at a token whose stream is silent."""
HEARTBEAT = b": rien de neuf\n\n"
"""A comment, which readers pass over, and by which both sides learn that the other is gone."""


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


class EventStream(StreamingResponse):
    """The answer of a route that streams. What makes its events is closed whenever the reader leaves.

    FastAPI's own way of it takes a reader who leaves in the midst of much for a bug of the route.
    """

    media_type = "text/event-stream"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(self.body_iterator):  # type: ignore[type-var]  # a generator of ours
            await super().__call__(scope, receive, send)


def event_stream(request: Request, source: Events) -> EventStream:
    """What a source gives, while the credential of this request is good, with a heartbeat wherever it is silent for long."""
    return EventStream(_written(request, source), headers={"X-Accel-Buffering": "no"})


async def _written(request: Request, source: Events) -> AsyncGenerator[bytes, None]:
    asked_by, every = credential(request), runtime(request).settings.heartbeat_every
    coming: asyncio.Task[ServerSentEvent] | None = None
    try:
        sent = monotonic()
        while True:
            coming = coming or asyncio.create_task(_next(source))
            await asyncio.wait({coming}, timeout=min(LOOK_EVERY, every))
            await _still_good(asked_by)
            if coming.done():
                given, coming, sent = coming.result(), None, monotonic()
                STREAMED.inc()
                yield _bytes_of(given)
            elif monotonic() - sent >= every:
                sent = monotonic()
                yield HEARTBEAT
    except (Unauthenticated, StopAsyncIteration):
        return
    finally:
        await asyncio.shield(asyncio.create_task(_end(source, coming)))


async def _end(source: Events, coming: "asyncio.Task[ServerSentEvent] | None") -> None:
    """Close a source, which it cannot be while it is asked. A task of its own: who leaves is cancelled wherever they wait."""
    if coming:
        await stop(coming, grace=LOOK_EVERY)
    await source.aclose()


def _bytes_of(one: ServerSentEvent) -> bytes:
    data = one.raw_data if one.data is None else dumps(jsonable_encoder(one.data)).decode()
    return format_sse_event(data_str=data, event=one.event, id=one.id, retry=one.retry, comment=one.comment)


async def _still_good(asked_by: Credential) -> None:
    """Raises Unauthenticated once it is not. While the database is away, nobody can have ended a session."""
    with suppress(Away):
        await asked_by()


async def _next(source: Events) -> ServerSentEvent:
    return await anext(source)
