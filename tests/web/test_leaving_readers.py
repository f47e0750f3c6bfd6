"""A reader of a stream who leaves while there is nothing to say."""

import asyncio
from collections.abc import AsyncGenerator
from types import SimpleNamespace
from typing import Any

from fastapi import FastAPI, Request
from fastapi.sse import ServerSentEvent

from shared.web.streams import event_stream


async def test_who_leaves_in_a_silence_ends_what_was_made_for_them_and_is_no_bug() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def silent() -> AsyncGenerator[ServerSentEvent, None]:
        try:
            begun.set()
            await asyncio.sleep(60)
            yield ServerSentEvent()
        finally:
            await asyncio.sleep(0)
            ended.set()

    async def leaves() -> dict[str, Any]:
        await begun.wait()
        return {"type": "http.disconnect"}

    async def send(_message: Any) -> None: ...

    app = FastAPI()
    app.state.runtime = SimpleNamespace(settings=SimpleNamespace(heartbeat_every=60), verifier=lambda _token: None)
    authorization = [(b"authorization", b"Bearer x")]
    scope = {"type": "http", "asgi": {"spec_version": "2.3"}, "app": app, "method": "GET", "headers": authorization}
    await event_stream(Request(scope), silent())(scope, leaves, send)
    assert ended.is_set()
