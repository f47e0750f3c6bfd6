"""What every request goes through: body limit, readiness, trace, no caches."""

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.kernel.tracing import new_trace, trace_of, traceparent
from shared.web.problems import problem


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
        headers = dict(scope["headers"])
        if int(headers.get(b"content-length", b"0") or 0) > self._body_limit:
            too_large = f"La demande dépasse {self._body_limit // 1000} ko."
            await problem(413, "too_large", too_large)(scope, receive, send)
            return
        if not self._outer.state.prepared and not scope["path"].startswith(("/health", "/metrics")):
            starting = problem(503, "starting", "Le service démarre : sa base de données ne répond pas encore.")
            await starting(scope, receive, send)
            return
        token = traceparent.set(trace_of(headers.get(b"traceparent", b"").decode("latin-1")) or new_trace())
        try:
            await self._app(scope, _limited(receive, self._body_limit), _uncached(send))
        finally:
            traceparent.reset(token)


def _limited(receive: Receive, limit: int) -> Receive:
    """A body sent in chunks without its length stops at the limit too: the connection is closed."""
    taken = 0

    async def take() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return {"type": "http.disconnect"} if taken > limit else message

    return take


def _uncached(send: Send) -> Send:
    """Answers may be about people: kept by no cache unless they say otherwise (static files do)."""

    async def say(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.setdefault("cache-control", "no-store")
        await send(message)

    return say
