"""Middleware of every request: how much and how slowly may be sent, how often, readiness, trace, access line, no caches."""

import asyncio
from collections.abc import Mapping

from fastapi import FastAPI, HTTPException
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.kernel.errors import TooMany
from shared.kernel.tracing import continuing, new_trace, trace_of, traceparent
from shared.settings import Settings
from shared.web.access import accessed
from shared.web.bodies import largest_body
from shared.web.problems import NOWHERE, malformed, problem, too_large, too_many
from shared.web.rates import Rate, network_of
from shared.web.runtime import runtime_of

BEFORE_READY = ("/health", "/metrics")
"""What answers while the database is still waited for, and to whoever asks as often as they like."""


class RequestGuard:
    """The ASGI layer around a service: rate (429), body limit (413, 408), not ready yet (503), trace, access line, no caches."""

    def __init__(self, app: ASGIApp, *, outer: FastAPI, settings: Settings) -> None:
        self._app = app
        self._outer = outer
        self._settings = settings
        self._rate = Rate(settings.rate_per_address)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        with continuing(_arrived(headers)):
            async with accessed(scope, _uncached(send), self._outer) as send_on:
                if refusal := await self._refusal(scope, headers):
                    await refusal(scope, receive, send_on)
                else:
                    await self._answer(scope, self._limited(scope, receive), send_on)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Within a time, until an answer begins: a stream has none to end in."""
        try:
            async with asyncio.timeout(self._settings.answer_within) as clock:
                await self._app(scope, receive, _begun(send, clock))
        except TimeoutError:
            if not clock.expired():
                raise
            sentence = "La réponse a demandé trop de temps. Vérifiez si votre demande a été enregistrée avant de la refaire."
            await problem(503, "too_slow", sentence)(scope, receive, send)

    async def _refusal(self, scope: Scope, headers: Mapping[str, str]) -> ASGIApp | None:
        """The answer to what is not even looked at."""
        if scope["path"].endswith("\n"):  # routes are patterns, whose end passes over one
            return problem(404, "http_404", NOWHERE)
        asked = scope["path"].removeprefix(scope.get("root_path", ""))
        always = any(asked == one or asked.startswith(f"{one}/") for one in BEFORE_READY)
        if not always and (client := scope.get("client")):
            try:
                await self._rate.take(network_of(client[0]))
            except TooMany as error:
                return too_many(error)
        length = headers.get("content-length") or "0"
        if not (length.isascii() and length.isdigit()):
            return malformed()
        if len(length) > 18 or self._is_too_large(scope, int(length)):
            return too_large()
        if not always and not runtime_of(self._outer).prepared:
            return problem(503, "starting", "Le service démarre : sa base de données ne répond pas encore.")
        return None

    def _is_too_large(self, scope: Scope, length: int) -> bool:
        usual = self._settings.body_limit
        return length > usual and length > largest_body(scope, self._outer, usual)

    def _limited(self, scope: Scope, receive: Receive) -> Receive:
        """A body sent in chunks, without its length, stops at the limit too; one that does not come, at its time."""
        taken, whole = 0, False
        until = asyncio.get_running_loop().time() + self._settings.body_within

        async def take() -> Message:
            nonlocal taken, whole
            if whole:
                return await receive()
            try:
                async with asyncio.timeout_at(until):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408) from None
            taken += len(message.get("body", b""))
            whole = not message.get("more_body", False)
            if self._is_too_large(scope, taken):
                raise HTTPException(413)
            return message

        return take


def _arrived(headers: Mapping[str, str]) -> str:
    """The trace that a request came with, or a new one; nothing where it has a span already, which is to stay the present one."""
    return "" if traceparent() else trace_of(headers.get("traceparent", "")) or new_trace()


def _begun(send: Send, clock: asyncio.Timeout) -> Send:
    """Stops a clock once the answer begins."""

    async def send_on(message: Message) -> None:
        if message["type"] == "http.response.start":
            clock.reschedule(None)
        await send(message)

    return send_on


def _uncached(send: Send) -> Send:
    """Answers may be about people: kept by no cache unless they say otherwise (static files do)."""

    async def send_uncached(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.setdefault("cache-control", "no-store")
        await send(message)

    return send_uncached
