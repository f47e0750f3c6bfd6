"""The simulation's client, against a server that fails as a killed one does."""

import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import orjson
import pytest

from deploy.local.keys import make_keys
from deploy.simulation.client import ServiceClient, Unexpected
from services import SERVICES

LOST = -1
"""The request was taken, and the connection falls before the answer."""


class Server(ThreadingHTTPServer):
    """Answers each request by the next of `answers`, then 200; remembers what was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: list[int] = []
        self.requests: list[tuple[str, str, str | None]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self.server.requests.append((self.command, self.path, self.headers.get("Idempotency-Key")))
        status = self.server.answers.pop(0) if self.server.answers else 200
        if status == LOST:
            self.connection.close()
            return
        body = orjson.dumps({"asked": self.command, "code": "no", "detail": "Non."})
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_PUT = do_GET

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def api(server: Server, tmp_path: Path) -> ServiceClient:
    make_keys(tmp_path / "private.pem", tmp_path / "jwks.json")
    return ServiceClient(dict.fromkeys(SERVICES, server.url), tmp_path / "private.pem")


async def keys_after(server: Server, api: ServiceClient, answers: Sequence[int]) -> list[str | None]:
    server.answers = list(answers)
    async with api:
        await api.create("region", "enrolment", "/grants", {}, key="grant-1")
    return [key for _, _, key in server.requests]


async def test_a_server_that_is_away_is_asked_again_with_the_same_key(server: Server, api: ServiceClient) -> None:
    assert await keys_after(server, api, [503, LOST, 503]) == ["grant-1"] * 4
    assert api.answered == 1


async def test_a_decision_whose_answer_was_lost_is_read_where_the_rules_now_say_no(server: Server, api: ServiceClient) -> None:
    server.answers = [LOST, 409]
    async with api:
        view = await api.decide("admin", "enrolment", "/intakes/1/promote", shown_at="/intakes/1/applications")
    assert view["asked"] == "GET"
    assert [requests[:2] for requests in server.requests] == [
        ("POST", "/intakes/1/promote"),
        ("POST", "/intakes/1/promote"),
        ("GET", "/intakes/1/applications"),
    ]


async def test_a_refusal_that_was_not_foreseen_ends_the_play_with_its_reason(server: Server, api: ServiceClient) -> None:
    server.answers = [409]
    async with api:
        with pytest.raises(Unexpected, match=r"POST .*/pupils/1/start : 409 no : Non\."):
            await api.decide("school:dole:head", "enrolment", "/pupils/1/start", shown_at="/pupils/1")
    assert len(server.requests) == 1


async def test_a_query_may_name_a_scope_of_its_own(server: Server, api: ServiceClient) -> None:
    async with api:
        await api.get("admin", "reporting", "/indicators", scope="network")
    assert [path for _, path, _ in server.requests] == ["/indicators?scope=network"]
