"""Middleware of every request: body limit, readiness, trace, no caches."""

from fastapi import FastAPI, HTTPException
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.kernel.tracing import new_trace, trace_of, traceparent
from shared.web.problems import malformed, problem, too_large
from shared.web.runtime import runtime_of

BEFORE_READY = ("/health", "/metrics")
"""What answers while the database is still waited for."""


class RequestGuard:
    """The ASGI layer around a service: body limit (413), not ready yet (503), the trace, and no caches."""

    def __init__(self, app: ASGIApp, *, outer: FastAPI, body_limit: int) -> None:
        self._app = app
        self._outer = outer
        self._body_limit = body_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if refusal := self._refusal(headers, scope["path"]):
            await refusal(scope, receive, _uncached(send))
            return
        token = traceparent.set(trace_of(headers.get("traceparent", "")) or new_trace())
        try:
            await self._app(scope, _limited(receive, self._body_limit), _uncached(send))
        finally:
            traceparent.reset(token)

    def _refusal(self, headers: Headers, path: str) -> ASGIApp | None:
        """The answer to what is not even looked at."""
        length = headers.get("content-length") or "0"
        if not (length.isascii() and length.isdigit()):
            return malformed()
        if len(length) > 18 or int(length) > self._body_limit:
            return too_large()
        if not runtime_of(self._outer).prepared and not path.startswith(BEFORE_READY):
            return problem(503, "starting", "Le service démarre : sa base de données ne répond pas encore.")
        return None


def _limited(receive: Receive, limit: int) -> Receive:
    """A body sent in chunks, without its length, stops at the limit too."""
    taken = 0

    async def take() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise HTTPException(413)
        return message

    return take


def _uncached(send: Send) -> Send:
    """Answers may be about people: kept by no cache unless they say otherwise (static files do)."""

    async def send_uncached(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.setdefault("cache-control", "no-store")
        await send(message)

    return send_uncached
