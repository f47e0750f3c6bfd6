"""Who sends slowly, too much or no HTTP, or reads nothing, on a real socket."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from time import monotonic

import pytest
import uvicorn

from deploy.local.ports import HOST
from shared.kernel.retry import stop
from shared.web.serving import LARGEST_HEADERS, listening
from tests.conftest import Running, Start
from tests.web.builders import toy
from tests.web.minutes import early_in_a_minute

SHORT = 0.4
POST = b"POST /things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: %s\r\n"


@asynccontextmanager
async def served(here: Running) -> AsyncIterator[int]:
    """The port where this service answers."""
    config = listening(here.app, here.settings.model_copy(update={"port": 0}))
    config.lifespan = "off"
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await stop(serving, grace=10)


async def answer_to(port: int, parts: list[bytes], *, pause: float = 0, drip: bytes = b"") -> tuple[bytes, float]:
    """All that comes back until the connection is closed, and after how long; `drip` is sent on and on meanwhile."""
    began = monotonic()
    reader, writer = await asyncio.open_connection(HOST, port)

    async def send() -> None:
        for part in parts:
            writer.write(part)
            await asyncio.sleep(pause)
        while drip:
            writer.write(drip)
            await asyncio.sleep(SHORT / 8)

    sending, received = asyncio.create_task(send()), b""
    with suppress(ConnectionError):  # what is dripped after the end is answered by a reset
        async with asyncio.timeout(10):
            while part := await reader.read(65_536):
                received += part
    took = monotonic() - began
    await stop(sending, grace=1)
    writer.close()
    return received, took


async def test_headers_and_bodies_that_come_too_slowly_are_cut(running: Start) -> None:
    async with running(toy, headers_within=SHORT, body_within=SHORT) as here, served(here) as port:
        post = POST % here.as_("school:dole:head").headers["authorization"].encode()
        whole, told = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n", b"Content-Length: 900\r\n\r\n"
        answers = await asyncio.gather(
            answer_to(port, []),
            answer_to(port, [b"GET /names HTT"], drip=b"x"),
            answer_to(port, [b"GET /names HTTP/1.1\r\nHost: x\r\n"], drip=b"X: y\r\n"),
            answer_to(port, [post + told], drip=b" "),
            answer_to(port, [post + told + b"{"]),
            answer_to(port, [post + b"Transfer-Encoding: chunked\r\n\r\n"], drip=b"1\r\n \r\n"),
            answer_to(
                port,
                [whole, b"GET /names HTTP/1.1\r\n"],
                pause=SHORT / 4,
                drip=b"X: y\r\n",
            ),
        )
    for received, took in answers:
        assert SHORT * 0.9 <= took < 4 * SHORT + 2
        assert b" 408 " in received
        assert b"application/problem+json" in received
        assert b'"code":' in received
    assert answers[-1][0].startswith(b"HTTP/1.1 200")


async def test_who_is_quick_is_answered_however_long_that_takes(running: Start) -> None:
    async with running(toy, headers_within=SHORT, body_within=SHORT) as here, served(here) as port:
        asked = b"GET /sleeping/%d HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % (SHORT * 3_000)
        received, took = await answer_to(port, [asked])
    assert received.startswith(b"HTTP/1.1 200")
    assert took >= SHORT * 3


async def test_an_answer_that_takes_too_long_is_given_up(running: Start) -> None:
    async with running(toy, answer_within=SHORT) as here:
        answer = await here.signed_out().get("/sleeping/60000")
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "too_slow", "2")


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        pytest.param(b"GET /names HTTP/1.1\r\nHost: x\r\nX: " + b"y" * LARGEST_HEADERS, b"431", id="a header that is too long"),
        pytest.param(b"GET /names HTTP/1.1\r\n" + b"X: y\r\n" * (LARGEST_HEADERS // 6), b"431", id="too many headers"),
        pytest.param(b"GET /" + b"y" * LARGEST_HEADERS, b"431", id="an address that is too long"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", b"400", id="TLS"),
        pytest.param(b"GET /names HTTP/1.1\r\n\r\n", b"400", id="no host"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", b"400", id="two lengths"),
    ],
)
async def test_what_is_no_request_is_a_problem_too(running: Start, request_line: bytes, status: bytes) -> None:
    async with running(toy) as here, served(here) as port:
        received, _ = await answer_to(port, [request_line])
    assert received.startswith(b"HTTP/1.1 " + status)
    assert b"application/problem+json" in received


async def test_no_header_says_another_address_than_the_connection_s(running: Start) -> None:
    async with running(toy, rate_per_address=2) as here, served(here) as port:
        await early_in_a_minute()
        get = b"GET /names HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Forwarded-For: 10.0.0.%d\r\nX-Real-IP: 10.0.0.%d\r\n\r\n"
        statuses = [(await answer_to(port, [get % (number, number)]))[0][9:12] for number in range(4)]
    assert statuses == [b"401", b"401", b"429", b"429"]
