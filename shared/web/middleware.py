"""What every request goes through, and what makes a repeated one harmless."""

import hashlib
import hmac
import uuid
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from fastapi import Depends, FastAPI, Header, Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.events.message import NAMESPACE, trace_of, traceparent
from shared.web.auth import Asking
from shared.web.problems import problem


@dataclass(frozen=True)
class Once:
    """A creation's id, and the keyed fingerprint of what was asked, for `Documents.create_once`."""

    id: uuid.UUID
    fingerprint: str


def fingerprint(secret: bytes, body: Any) -> str:
    """A keyed hash of a JSON value: equal for equal requests, and no way back to what it says."""
    return hmac.new(secret, orjson.dumps(body, option=orjson.OPT_SORT_KEYS), hashlib.sha256).hexdigest()


async def once(
    request: Request,
    who: Asking,
    idempotency_key: Annotated[
        str | None,
        Header(min_length=1, max_length=200, description="La même clé rend la même réponse, sans rien créer deux fois."),
    ] = None,
) -> Once:
    """From the Idempotency-Key header, the same id each time, or a fresh one without it."""
    secret: bytes = request.app.state.secret
    body = await request.body()
    try:
        printed = fingerprint(secret, orjson.loads(body))
    except (ValueError, TypeError):  # malformed, or deeper than orjson goes: FastAPI answers by itself
        printed = fingerprint(secret, body.hex())
    if idempotency_key is None:
        return Once(uuid.uuid4(), printed)
    asked = uuid.uuid5(NAMESPACE, f"{who.organisation} {who.sub} {request.url.path} {idempotency_key}")
    return Once(asked, printed)


Asked = Annotated[Once, Depends(once)]


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
        token = traceparent.set(trace_of(headers.get(b"traceparent", b"").decode("latin-1")) or _new_trace())
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


def _new_trace() -> str:
    return f"00-{uuid.uuid4().hex}-{uuid.uuid4().hex[:16]}-01"
