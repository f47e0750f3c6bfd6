"""One message sent to one address: what came of it. Bounded in time and size; no redirect is followed, no body read."""

import asyncio
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from functools import cached_property
from pathlib import Path

import httpcore
import httpx

from shared.metrics import WEBHOOK_ATTEMPT_SECONDS, WEBHOOK_ATTEMPTS
from shared.webhooks.connecting import NotPublic, Outside
from shared.webhooks.resolving import Resolve, Unresolved
from shared.webhooks.targets import Target

ANSWER_WITHIN = 15.0
"""Seconds from the first try to connect to the end of the answer's headers, as Standard Webhooks has it."""
CONNECT_WITHIN = 5.0
LONGEST_RETRY_AFTER = 24 * 3600.0
"""Seconds that a receiver may have us wait; what is longer is a slip."""
NOTHING_KEPT = 0
"""Connections that outlive their answer: each call asks anew where its name leads."""


class Result(StrEnum):
    """What came of an attempt."""

    DELIVERED = "delivered"
    GONE = "gone"
    THROTTLED = "throttled"
    REDIRECTED = "redirected"
    ANSWERED_NO = "answered_no"
    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"
    UNTRUSTED = "untrusted"
    NOT_PUBLIC = "not_public"
    UNRESOLVED = "unresolved"


@dataclass(frozen=True)
class Outcome:
    """What came of it, the status that was answered if one was, and for how long the receiver wants to be left alone."""

    result: Result
    status: int | None = None
    retry_after: float | None = None
    """Seconds."""
    milliseconds: int = 0


class Sender:
    """Sends. `resolve` asks where a name leads; `here` permits this machine; `ca_file` is of a CA beside those of the web."""

    def __init__(
        self, resolve: Resolve, *, here: bool = False, ca_file: Path | None = None, within: float = ANSWER_WITHIN
    ) -> None:
        self.resolve = resolve
        self.here = here
        self._within = within
        self._network = Outside(resolve, here)
        self._ca_file = ca_file

    @cached_property
    def _trusted(self) -> ssl.SSLContext:
        context = httpx.create_ssl_context()
        if self._ca_file:
            context.load_verify_locations(self._ca_file)
        return context

    async def send(self, target: Target, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Outcome:
        """Send one message. Nothing is raised: whatever happens is an outcome."""
        began = time.monotonic()
        outcome = await self._sent(target, headers, body, now)
        took = time.monotonic() - began
        WEBHOOK_ATTEMPTS.labels(outcome.result).inc()
        WEBHOOK_ATTEMPT_SECONDS.observe(took)
        return Outcome(outcome.result, outcome.status, outcome.retry_after, int(took * 1000))

    async def _sent(self, target: Target, headers: Mapping[str, str], body: bytes, now: datetime) -> Outcome:
        try:
            async with asyncio.timeout(self._within):
                return await self._asked(target, headers, body, now)
        except (TimeoutError, httpcore.TimeoutException):
            return Outcome(Result.TIMED_OUT)
        except NotPublic:
            return Outcome(Result.NOT_PUBLIC)
        except Unresolved:
            return Outcome(Result.UNRESOLVED)
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            return Outcome(Result.UNTRUSTED if _is_of_tls(error) else Result.UNREACHABLE)

    async def _asked(self, target: Target, headers: Mapping[str, str], body: bytes, now: datetime) -> Outcome:
        url = httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
        said = {
            "host": target.authority, "user-agent": "Etabli-Webhooks/1.0", "content-type": "application/json",
            "content-length": str(len(body)), "connection": "close", **headers,
        }  # fmt: skip
        extensions = {"timeout": {"connect": CONNECT_WITHIN, "read": self._within, "write": self._within, "pool": self._within}}
        async with (
            httpcore.AsyncConnectionPool(
                ssl_context=self._trusted, network_backend=self._network, max_keepalive_connections=NOTHING_KEPT
            ) as pool,
            pool.stream("POST", url, headers=list(said.items()), content=body, extensions=extensions) as answer,
        ):
            return _outcome(answer.status, _header(answer, b"retry-after"), now)


def _outcome(status: int, retry_after: str, now: datetime) -> Outcome:
    if 200 <= status < 300:
        return Outcome(Result.DELIVERED, status)
    if status == 410:
        return Outcome(Result.GONE, status)
    if 300 <= status < 400:
        return Outcome(Result.REDIRECTED, status)
    wait = seconds_of(retry_after, now)
    return Outcome(Result.THROTTLED if status == 429 else Result.ANSWERED_NO, status, wait)


def seconds_of(retry_after: str, now: datetime) -> float | None:
    """How long a `Retry-After` has us wait, in seconds or until a date (RFC 9110); None where it says neither."""
    if retry_after.isascii() and retry_after.isdigit():
        return min(float(retry_after[:12]), LONGEST_RETRY_AFTER)
    try:
        until = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    aware = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(0.0, (aware - now).total_seconds()), LONGEST_RETRY_AFTER)


def _header(answer: httpcore.Response, name: bytes) -> str:
    return next((value.decode("latin-1").strip() for one, value in answer.headers if one.lower() == name), "")


def _is_of_tls(error: BaseException) -> bool:
    """Whether it is the certificate, or TLS itself, that failed, beneath what the client made of it."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__  # type: ignore[assignment]
    return isinstance(error, ssl.SSLError)
