"""Requests to two replicas of each service, each tried until it is answered, each try written down."""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from deploy.local.keys import sign
from deploy.stacks.addresses import addresses_in, keys_folder_in

TRANSIENT = (429, 500, 502, 503, 504)
PATIENCE = 180.0
"""Seconds for which one request is tried."""
WITHIN = 10.0
"""Seconds that a replica has to answer."""
Json = Any


class GivenUp(Exception):
    """Nobody answered a request."""


class Refused(Exception):
    """A rule said no."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status, self.code = status, code


def say(kind: str, **fields: Any) -> None:
    """One line of JSON for whoever runs the trial."""
    print(json.dumps({"kind": kind, "at": time.time(), **fields}), flush=True)


class Client:
    """Asks by turns the replicas of a service, each by its own name; a request that is tried again goes to the other one."""

    def __init__(self, private_key: Path, replicas: Mapping[str, Sequence[str]]) -> None:
        self._private_key, self._replicas, self._turn = private_key, replicas, count()
        self._http = httpx.AsyncClient(trust_env=False, timeout=WITHIN)
        self._tokens: dict[str, str] = {}

    async def close(self) -> None:
        await self._http.aclose()

    async def ask(
        self, scope: str, service: str, method: str, path: str, body: Json = None, *, key: str | None = None, said: bool = True
    ) -> Json:
        """The answer. Refused where a rule says no; each try that failed and each answer is said, unless not `said`."""
        name, began, waits = f"{service} {method}", time.time(), 0.1
        for tried in count():
            slot = next(self._turn) % len(self._replicas[service])
            try:
                answer = await self._once(scope, self._replicas[service][slot] + path, method, body, key)
            except (httpx.HTTPError, OSError) as error:
                reason = type(error).__name__
            else:
                if answer.status_code not in TRANSIENT:
                    return self._answered(answer, name, slot, began, tried, said)
                reason = str(answer.status_code)
            if said:
                say("failed", request=name, slot=slot, reason=reason)
            if time.time() - began > PATIENCE:
                raise GivenUp(f"{name} {path}: {reason}")
            await asyncio.sleep(waits)
            waits = min(waits * 1.5, 1.0)
        raise AssertionError

    async def _once(self, scope: str, url: str, method: str, body: Json, key: str | None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._token(scope)}"} | ({"Idempotency-Key": key} if key else {})
        return await self._http.request(method, url, json=body, headers=headers)

    @staticmethod
    def _answered(answer: httpx.Response, name: str, slot: int, began: float, tried: int, said: bool) -> Json:
        if answer.is_error:
            raise Refused(answer.status_code, _code_of(answer))
        if said:
            say("answered", request=name, slot=slot, began=began, tried=tried)
        return answer.json()

    def _token(self, scope: str) -> str:
        if scope not in self._tokens:
            lifetime = timedelta(hours=4)
            self._tokens[scope] = sign(self._private_key, scope, sub="trial", now=datetime.now(UTC), lifetime=lifetime)
        return self._tokens[scope]


def client_of(stack: Path) -> Client:
    """Of the stack that a file tells of, with its signing key."""
    return Client(keys_folder_in(stack) / "private.pem", addresses_in(stack).replicas)


def _code_of(answer: httpx.Response) -> str:
    try:
        said: Mapping[str, str] = answer.json()
        return said.get("code", "")
    except ValueError:
        return ""
