"""How often one may ask, how many streams one may hold, and how long a stream lasts."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest

from deploy.local.keys import sign
from shared.kernel.clock import real_now
from shared.kernel.errors import TooMany, Unavailable
from shared.web.rates import Rate, Streams, network_of
from shared.web.tokens import LEEWAY
from tests.conftest import Running, Start
from tests.web.builders import toy
from tests.web.minutes import early_in_a_minute


async def test_an_organisation_that_asks_too_often_is_told_when_to_come_back_and_others_are_answered(running: Start) -> None:
    async with running(toy, rate_per_organisation=3) as here:
        await early_in_a_minute()
        dole = [here.as_("school:dole:head", sub=sub) for sub in ("marie", "paul")]
        answers = [await dole[number % 2].get("/names") for number in range(5)]
        chalon = await here.as_("school:chalon:head").get("/names")
        health = await here.signed_out().get("/health/live")
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert (answers[-1].json()["code"], answers[-1].headers["content-type"]) == ("too_many_requests", "application/problem+json")
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 120
    assert (chalon.status_code, health.status_code) == (200, 200)


async def test_an_address_that_asks_too_often_is_not_even_asked_who_it_is(running: Start) -> None:
    async with running(toy, rate_per_address=2) as here:
        await early_in_a_minute()
        statuses = [(await here.signed_out().get("/names")).status_code for _ in range(4)]
        probes = [(await here.signed_out().get(path)).status_code for path in ("/health/live", "/health/ready", "/metrics")]
    assert (statuses, probes) == ([401, 401, 429, 429], [200, 200, 200])


async def test_no_rate_is_any_rate() -> None:
    for _ in range(50):
        await Rate(0).take("anybody")


def test_an_address_is_counted_with_what_its_owner_may_change_it_to() -> None:
    assert network_of("2001:db8:1:2:3:4:5:6") == network_of("2001:db8:1:2::1") != network_of("2001:db8:1:3::1")
    assert network_of("192.0.2.1") != network_of("192.0.2.2")
    assert network_of("::ffff:192.0.2.1") == "192.0.2.1"
    assert network_of("testclient") == "testclient"


def test_streams_are_so_many_for_one_and_for_all_and_what_ends_makes_room() -> None:
    streams = Streams(3, 2)
    with streams.opened("dole"), streams.opened("dole"):
        with pytest.raises(TooMany), streams.opened("dole"):
            pass
        with streams.opened("chalon"):
            for whoever in ("chalon", "besancon"):
                with pytest.raises(Unavailable), streams.opened(whoever):
                    pass
        with streams.opened("besancon"):
            pass
    with pytest.raises(ValueError, match="broken"), streams.opened("dole"):
        raise ValueError("broken")
    with streams.opened("dole"), streams.opened("dole"):
        pass


@asynccontextmanager
async def streamed(here: Running, token: str) -> AsyncGenerator["Streamed", None]:
    """A stream that was begun with this token."""
    stream = Streamed(here, token)
    await stream.begin()
    yield stream
    await stream.leave()


class Streamed:
    """One request of the toy's stream, over ASGI as a server would make it."""

    def __init__(self, here: Running, token: str) -> None:
        self.app = here.app
        self.headers = [(b"authorization", f"Bearer {token}".encode())]
        self.status = 0
        self._left, self._begun = asyncio.Event(), asyncio.Event()

    async def begin(self) -> None:
        request = {
            "type": "http", "method": "GET", "path": "/stream", "raw_path": b"/stream", "query_string": b"",
            "http_version": "1.1", "scheme": "http", "server": ("etabli", 80), "headers": self.headers,
        }  # fmt: skip
        self.ended = asyncio.create_task(self.app(request, self._receive, self._send))
        await asyncio.wait_for(self._begun.wait(), 5)

    async def leave(self) -> None:
        self._left.set()
        await asyncio.wait_for(self.ended, 5)

    async def _receive(self) -> dict[str, Any]:
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        self._begun.set()


def token_for(keys: Path, scope: str, lifetime: timedelta = timedelta(hours=1)) -> str:
    return sign(keys / "private.pem", scope, sub="someone", now=real_now(), lifetime=lifetime)


async def test_an_organisation_holds_so_many_streams_until_it_leaves_some(running: Start, keys: Path) -> None:
    async with running(toy, streams_per_organisation=2, streams=3) as here, AsyncExitStack() as open_ones:
        dole, chalon = token_for(keys, "school:dole"), token_for(keys, "school:chalon")
        for _ in range(2):
            await open_ones.enter_async_context(streamed(here, dole))
        refused = await here.as_("school:dole:head").get("/stream")
        async with streamed(here, chalon) as one:
            full = await here.as_("school:besancon:head").get("/stream")
        await open_ones.aclose()
        async with streamed(here, dole) as again:
            pass
    assert (one.status, again.status) == (200, 200)
    assert (refused.status_code, refused.json()["code"], refused.headers["retry-after"]) == (429, "too_many_streams", "60")
    assert (full.status_code, full.json()["code"]) == (503, "busy")


@pytest.mark.parametrize("how", ["it expires", "it is revoked"])
async def test_a_stream_ends_with_its_token(running: Start, keys: Path, tmp_path: Path, how: str) -> None:
    revoked = tmp_path / "revoked"
    revoked.touch()
    lifetime = timedelta(seconds=4) - LEEWAY if how == "it expires" else timedelta(hours=1)
    async with running(toy, revoked_file=revoked) as here, AsyncExitStack() as open_ones:
        other = await open_ones.enter_async_context(streamed(here, token_for(keys, "admin")))
        token = token_for(keys, "school:dole", lifetime)
        stream = await open_ones.enter_async_context(streamed(here, token))
        assert stream.status == 200
        if how == "it is revoked":
            revoked.write_text(jwt.decode(token, options={"verify_signature": False})["jti"] + "\n")
        await asyncio.wait_for(asyncio.shield(stream.ended), 20)
        assert not other.ended.done()
