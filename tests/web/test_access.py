"""One line and a few series per request: who by organisation, what by template, how it ended; nothing that was sent."""

import asyncio
import json
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

from prometheus_client import generate_latest
from structlog.testing import capture_logs

from shared.web.access import UNMATCHED, UNREADABLE
from tests.conftest import Start
from tests.web.builders import toy
from tests.web.minutes import early_in_a_minute
from tests.web.scrapes import rise, shown
from tests.web.test_rates import streamed, token_for
from tests.web.test_serving import answer_to, served

REQUESTS, PROBLEMS = "etabli_http_requests_total", "etabli_http_problems_total"
SECONDS = "etabli_http_request_duration_seconds_count"
SECRET = "Quxvolt"
"""What somebody sends wherever one can."""


def lines_in(captured: list[Any]) -> list[dict[str, Any]]:
    return [line for line in captured if line["event"] == "request"]


async def test_a_line_says_who_by_organisation_and_what_by_template(running: Start) -> None:
    id = uuid.uuid4()
    async with running(toy) as here:
        with capture_logs() as captured, rise(REQUESTS, route="/toys/{id}", method="PUT", status=200) as counted:
            for sub in ("Marie Dupont", "Marie Dupont", "Paul Martin"):
                answer = await here.as_("school:dole:head", sub=sub).put(f"/toys/{id}")
    first, again, other = lines_in(captured)
    assert first.keys() == {
        "event", "log_level", "route", "method", "status", "ms", "bytes", "organisation", "role", "person",
    }  # fmt: skip
    assert (first["route"], first["method"], first["status"], first["bytes"]) == ("/toys/{id}", "PUT", 200, len(answer.content))
    assert (first["organisation"], first["role"]) == ("school:dole", "head")
    assert first["person"] == again["person"] != other["person"]
    assert counted.by == 3
    assert str(id) not in json.dumps(captured) + generate_latest().decode()
    assert "Dupont" not in json.dumps(captured)


WRONG = [
    ("GET", f"/{SECRET}?name={SECRET}", 404, "http_404", UNMATCHED),
    ("GET", f"/toys/{SECRET}", 405, "http_405", "/toys/{id}"),
    ("PUT", f"/toys/{SECRET}", 422, "invalid", "/toys/{id}"),
    (SECRET, "/names", 405, "http_405", "/names"),
    ("GET", f"/names?first=&{SECRET}=1", 422, "invalid", "/names"),
    ("GET", "/broken", 500, "bug", "/broken"),
    ("GET", "/failing/away", 503, "database_away", "/failing/{how}"),
]


async def test_what_is_refused_is_counted_by_its_code_and_never_by_what_was_sent(running: Start) -> None:
    async with running(toy) as here:
        head = here.as_("school:dole:head")
        for method, path, status, code, route in WRONG:
            known = method if method != SECRET else "other"
            with (
                capture_logs() as captured,
                rise(PROBLEMS, route=route, code=code) as problems,
                rise(REQUESTS, route=route, method=known, status=status) as requests,
            ):
                await head.request(method, path)
            (line,) = lines_in(captured)
            assert (line["route"], line["method"], line["status"], line["code"]) == (route, known, status, code)
            assert (problems.by, requests.by) == (1, 1)
            assert SECRET not in json.dumps(captured) + generate_latest().decode()


async def test_what_the_middleware_refuses_has_its_line_and_its_template(running: Start) -> None:
    async with running(toy, body_limit=10, rate_per_address=1) as here:
        await early_in_a_minute()
        head = here.as_("school:dole:head")
        with capture_logs() as captured:
            await head.put(f"/toys/{uuid.uuid4()}", content=b" " * 20)
            await head.put(f"/toys/{uuid.uuid4()}")
            here.runtime.prepared = False
            await head.get("/health/live")
        said = [(line["route"], line["status"], line.get("code")) for line in lines_in(captured)]
    assert said == [("/toys/{id}", 413, "too_large"), ("/toys/{id}", 429, "too_many_requests"), ("/health/live", 200, None)]


async def test_probes_are_for_who_debugs(running: Start) -> None:
    async with running(toy) as here:
        with capture_logs() as captured:
            for path in ("/health/live", "/health/ready", "/metrics", "/openapi.json"):
                await here.signed_out().get(path)
    assert [(line["route"], line["log_level"]) for line in lines_in(captured)] == [
        ("/health/live", "debug"), ("/health/ready", "debug"), ("/metrics", "debug"), ("/openapi.json", "info"),
    ]  # fmt: skip


async def test_a_stream_is_counted_as_it_begins_and_said_as_it_ends(running: Start, keys: Path) -> None:
    series = {"route": "/stream", "method": "GET"}
    async with running(toy) as here:
        with capture_logs() as captured, rise(REQUESTS, **series, status=200) as counted, rise(SECONDS, **series) as timed:
            async with streamed(here, token_for(keys, "school:dole")):
                assert (shown("etabli_streams_open"), lines_in(captured)) == (1, [])
        (line,) = lines_in(captured)
    assert (line["route"], line["organisation"], counted.by, shown("etabli_streams_open")) == ("/stream", "school:dole", 1, 0)
    assert timed.by == 0


async def test_who_leaves_before_an_answer_is_said_to_have_left(running: Start) -> None:
    async with running(toy) as here:
        with capture_logs() as captured, rise(REQUESTS, route="/sleeping/{milliseconds}", method="GET", status=499) as left:
            asking = asyncio.create_task(here.signed_out().get("/sleeping/60000"))
            await asyncio.sleep(1)
            asking.cancel()
            await asyncio.wait([asking])
    assert ([line["status"] for line in lines_in(captured)], left.by) == ([499], 1)


async def test_what_is_no_http_has_its_line_too(running: Start) -> None:
    async with running(toy) as here, served(here) as port:
        with capture_logs() as captured, rise(PROBLEMS, route=UNREADABLE, code="malformed") as counted:
            received, _ = await answer_to(port, [f"GET /{SECRET} HTTP/1.1\r\n\r\n".encode()])
    (line,) = lines_in(captured)
    assert (line["route"], line["status"], line["bytes"], counted.by) == (
        UNREADABLE,
        400,
        len(received.partition(b"\r\n\r\n")[2]),
        1,
    )
    assert SECRET not in json.dumps(captured)


TRACED = """
import asyncio
from fastapi import FastAPI
from shared.kernel.tracing import continuing
from shared.logs import set_up
from shared.web.access import accessed
set_up("toy", "INFO")
async def main():
    async def send(message): pass
    with continuing("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"):
        async with accessed({"type": "http", "method": "GET", "path": "/nowhere"}, send, FastAPI()) as send_on:
            await send_on({"type": "http.response.start", "status": 404})
asyncio.run(main())
"""


def test_a_line_has_its_trace() -> None:
    done = subprocess.run([sys.executable, "-c", TRACED], capture_output=True, text=True, check=True, timeout=60)
    line = json.loads(done.stderr)
    assert (line["event"], line["service"], line["route"]) == ("request", "toy", UNMATCHED)
    assert "0af7651916cd43dd8448eb211c80319c" in line["trace"]
