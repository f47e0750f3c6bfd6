"""Signed requests to the services, tried again while a server is away, and never counted twice."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import orjson

from deploy.local.errors import CannotRun
from deploy.local.keys import sign
from shared.kernel.retry import until_answered

AT_ONCE = 24
TIMEOUT = 120.0
"""Seconds for which a server that is away is waited for."""
LIFETIME = timedelta(days=1)
TRANSIENT = (502, 503, 504)


class Unexpected(CannotRun):
    """A service answered what the scenario did not foresee."""

    def __init__(self, method: str, url: str, answer: httpx.Response) -> None:
        self.code: str | None = None
        try:
            problem = answer.json()
            self.code = problem["code"]
            reason = f"{problem['code']} : {problem['detail']}"
        except (ValueError, KeyError, TypeError):
            reason = answer.text[:200]
        super().__init__(f"{method} {url} : {answer.status_code} {reason}")
        self.status = answer.status_code


def _is_away(error: Exception) -> bool:
    return isinstance(error, httpx.TransportError) or (isinstance(error, Unexpected) and error.status in TRANSIENT)


class ServiceClient:
    """Asks each service as whoever the scenario says: `admin`, `school:dole`, `agency:cio-du-canal`…"""

    def __init__(self, urls: Mapping[str, str], private_key: Path) -> None:
        self._urls = urls
        self._private_key = private_key
        self._tokens: dict[str, str] = {}
        self._slots = asyncio.Semaphore(AT_ONCE)
        limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE, keepalive_expiry=4)
        self._http = httpx.AsyncClient(trust_env=False, timeout=30, limits=limits)  # no proxy on the loopback
        self.answered = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._http.aclose()

    async def get(self, scope: str, service: str, path: str, /, **query: str) -> Any:
        """Read something."""
        return await self._ask("GET", scope, service, path, query=query)

    async def every(self, scope: str, service: str, path: str, /, **query: str) -> list[Any]:
        """Read a list, part by part."""
        items: list[Any] = []
        after: dict[str, str] = {}
        while True:
            page = await self.get(scope, service, path, limit="200", **query, **after)
            items += page["items"]
            if page["next"] is None:
                return items
            after = {"cursor": page["next"]}

    async def put(self, scope: str, service: str, path: str, body: Mapping[str, Any]) -> Any:
        """State something; saying it twice is the same as once."""
        return await self._ask("PUT", scope, service, path, body=body)

    async def create(self, scope: str, service: str, path: str, body: Mapping[str, Any], *, key: str) -> Any:
        """Make something, once per key."""
        return await self._ask("POST", scope, service, path, body=body, key=key)

    async def decide(
        self, scope: str, service: str, path: str, body: Mapping[str, Any] | None = None, *, shown_at: str | None = None
    ) -> Any:
        """Have something decided; where a lost answer made us ask twice and the rules now say no, read it at `shown_at`."""
        return await self._ask("POST", scope, service, path, body=body or {}, shown_at=shown_at)

    async def _ask(
        self, method: str, scope: str, service: str, path: str, *, body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None, key: str | None = None, shown_at: str | None = None,
    ) -> Any:  # fmt: skip
        url = self._urls[service] + path
        headers = {"Authorization": f"Bearer {self._token(scope)}", "Content-Type": "application/json"}
        headers |= {"Idempotency-Key": key} if key is not None else {}
        content = orjson.dumps(body) if body is not None else None
        tries = 0

        async def once() -> httpx.Response:
            nonlocal tries
            tries += 1
            async with self._slots:
                answer = await self._http.request(method, url, headers=headers, content=content, params=query or None)
            if answer.status_code in TRANSIENT:
                raise Unexpected(method, url, answer)
            return answer

        try:
            answer = await until_answered(once, on=_is_away, limit=2.0, within=TIMEOUT)
        except httpx.TransportError as error:
            raise CannotRun(f"{service} ne répond plus depuis {TIMEOUT:.0f} s ({type(error).__name__}).") from error
        if answer.status_code == 409 and tries > 1 and shown_at is not None:  # a try whose answer was lost may have done it
            return await self._ask("GET", scope, service, shown_at)
        if answer.is_error:
            raise Unexpected(method, url, answer)
        self.answered += 1
        return orjson.loads(answer.content)

    def _token(self, scope: str) -> str:
        if scope not in self._tokens:
            now = datetime.now(UTC)
            self._tokens[scope] = sign(self._private_key, scope, sub="demo", now=now, lifetime=LIFETIME)
        return self._tokens[scope]
