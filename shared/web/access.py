"""The access line and the metrics of each request: which organisation asked what, by its route's template, and how it ended.

No address, query, id nor name stands in it: a path is its template, and a person is a keyed hash, the same in every line.
"""

import asyncio
import hmac
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Match
from starlette.types import Message, Scope, Send

from shared.kernel.caller import Caller
from shared.metrics import PROBLEMS, REQUEST_SECONDS, REQUESTS

log = structlog.get_logger()
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
PROBES = ("/health/live", "/health/ready", "/metrics")
"""Asked every few seconds by machines: their lines are for DEBUG."""
UNMATCHED, UNREADABLE = "unmatched", "unreadable"
GONE = 499
"""The status of who left before an answer began, as proxies have it."""


@dataclass
class Access:
    """One request under way: the status that was answered, the code of its problem, the bytes of its body."""

    status: int = 0
    code: str = ""
    sent: int = 0
    streams: bool = False


_current: ContextVar[Access | None] = ContextVar("access", default=None)


def note_problem(code: str) -> None:
    """The request under way is answered with this problem."""
    if access := _current.get():
        access.code = code


@asynccontextmanager
async def accessed(scope: Scope, send: Send, app: FastAPI) -> AsyncIterator[Send]:
    """Count and say one request, however it ends; its answer goes through what this gives."""
    access, started = Access(), time.monotonic()
    token = _current.set(access)
    try:
        yield _watched(send, access, scope, app)
    except Exception:
        if not access.status:
            access.status, access.code = 500, "bug"
            _count(access, scope, app)
        raise
    except asyncio.CancelledError:
        if not access.status:
            access.status = GONE
            _count(access, scope, app)
        raise
    finally:
        _current.reset(token)
        _end(access, scope, app, time.monotonic() - started)


def unreadable(status: int, code: str, sent: int) -> None:
    """Count and say what is no HTTP, and was answered before anybody could look at it."""
    REQUESTS.labels(UNREADABLE, "other", status).inc()
    PROBLEMS.labels(UNREADABLE, code).inc()
    log.info("request", route=UNREADABLE, method="other", status=status, code=code, bytes=sent)


def _watched(send: Send, access: Access, scope: Scope, app: FastAPI) -> Send:
    async def watch(message: Message) -> None:
        if message["type"] == "http.response.start":
            access.status = message["status"]
            access.streams = any(value.startswith(b"text/event-stream") for _, value in message.get("headers", ()))
            _count(access, scope, app)
        access.sent += len(message.get("body", b""))
        await send(message)

    return watch


def _count(access: Access, scope: Scope, app: FastAPI) -> None:
    route = template_of(scope, app)
    REQUESTS.labels(route, _method(scope), access.status).inc()
    if access.code:
        PROBLEMS.labels(route, access.code).inc()


def _end(access: Access, scope: Scope, app: FastAPI, seconds: float) -> None:
    route, method = template_of(scope, app), _method(scope)
    if not access.streams:
        REQUEST_SECONDS.labels(route, method).observe(seconds)
    say = log.debug if route in PROBES else log.info
    said = {"code": access.code} if access.code else {}
    milliseconds = round(1000 * seconds, 1)
    whole = {**said, "ms": milliseconds, "bytes": access.sent, **_who(scope, app)}
    say("request", route=route, method=method, status=access.status or GONE, **whole)


def _who(scope: Scope, app: FastAPI) -> Mapping[str, str]:
    """Of whom a token spoke. `sub` may be a name: it is hashed, under a key that only the services have, of the latest secret."""
    caller: Caller | None = scope.get("state", {}).get("caller")
    if caller is None:
        return {}
    key = app.state.runtime.persistence.sealing_keys("access log")[0]
    person = hmac.digest(key, f"{caller.organisation} {caller.sub}".encode(), "sha256").hex()[:16]
    return {"organisation": caller.organisation, "role": caller.role, "person": person}


def template_of(scope: Scope, app: FastAPI) -> str:
    """The path of a request's route, as our code writes it; what was refused before its route was looked for has one too."""
    if "route" not in scope:
        found = (one for one in iter_route_contexts(app.router.routes) if _leads(one, scope))
        scope["route"] = next(found, None)
    return getattr(scope["route"], "path", None) or UNMATCHED


def _leads(route: Any, scope: Scope) -> bool:
    return bool(route.original_route.matches({**scope, "path_params": {}})[0] is not Match.NONE)


def _method(scope: Scope) -> str:
    return scope["method"] if scope["method"] in METHODS else "other"
